package io.macpool.brain.lifecycle.create;

import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.Reservation.Made;
import io.macpool.brain.ledger.Reservation.Repeated;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.Cloning;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.Placement;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.fault.FailureScope;
import io.macpool.core.fleet.fault.FaultAttribution.Fault;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one instance: on a host, and if that fails for a reason that may lie with the host, on
 * another one, as long as its client waits. Each attempt is an instance of its own in the ledger.
 */
final class Attempts {

  private static final Logger log = LoggerFactory.getLogger(Attempts.class);
  private static final Duration KEY_POLL = Duration.ofMillis(100);
  private static final int MOST = 3;

  private final Creation.Site site;
  private final SlotSearch slots;
  private final Reclaimer reclaimer;
  private final Quarantine quarantine;
  private final CreateReport report;

  Attempts(
      Creation.Site site,
      SlotSearch slots,
      Reclaimer reclaimer,
      Quarantine quarantine,
      CreateReport report) {
    this.site = site;
    this.slots = slots;
    this.reclaimer = reclaimer;
    this.quarantine = quarantine;
    this.report = report;
  }

  /** What is asked for, the same in each attempt. */
  record Order(CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {}

  /** How a step ended; one of the two is null. */
  private record End<T>(T result, Throwable failure) {}

  /** An attempt that failed. */
  private record Failed(String host, CreateFailure why) {}

  /** Completes with the instance, or with a {@link CreateFailure}. */
  CompletableFuture<Instance> make(Order order) {
    return slots
        .find(order, Set.of())
        .thenCompose(
            placed ->
                placed instanceof Reservation.Refused<Placement.NoPlace> refused
                    ? CompletableFuture.failedFuture(
                        CreateFailure.poolFull(
                            refused.reason().message() + site.pending().words(),
                            site.pending().count()))
                    : go(order, placed, Set.of()));
  }

  private CompletableFuture<Instance> go(
      Order order, Reservation<Placement.NoPlace> placed, Set<String> avoid) {
    if (placed instanceof Repeated<Placement.NoPlace> repeated) {
      return again(repeated.instance(), order.cancellation());
    }
    Instance intent = ((Made<Placement.NoPlace>) placed).instance();
    site.live().put(intent);
    site.checkpoint().passed(CrashPoint.Step.INTENT_RECORDED);
    CompletableFuture<Void> settled = new CompletableFuture<>();
    reclaimer.beingMade(intent.id(), settled);
    order
        .cancellation()
        .onHeard(
            why -> {
              if (!settled.isDone()) {
                site.pending().lost(intent.id()); // its clone runs on, and then goes
              }
            });
    Creation creation =
        new Creation(
            site,
            order.image(),
            intent,
            order.request().suspension(order.image()),
            order.cancellation(),
            order.time());
    return creation
        .run()
        .handle(End::new)
        .thenCompose(
            end -> {
              settled.complete(null);
              site.pending().found(intent.id());
              Optional<CreateFailure> failure = failure(order, end.failure());
              if (failure.isEmpty()) {
                quarantine.succeeded(order.image(), host(intent));
                return CompletableFuture.completedFuture(end.result());
              }
              CompletableFuture<?> closed = close(creation, intent, failure.get());
              return end.failure() == null
                  ? CompletableFuture.completedFuture(end.result())
                  : next(order, avoid, new Failed(host(intent), failure.get()), closed);
            });
  }

  private static Optional<CreateFailure> failure(Order order, Throwable wrapped) {
    return wrapped == null
        ? order.cancellation().reason()
        : Optional.of(CreateFailure.of("create", Cloning.unwrap(wrapped)));
  }

  private static String host(Instance intent) {
    return intent.host().orElse("");
  }

  /** Frees the slot: at once if vCenter was asked for nothing, else when nothing is left there. */
  private CompletableFuture<?> close(Creation creation, Instance intent, CreateFailure failure) {
    CompletableFuture<?> closed =
        creation.madeNothing()
            ? site.executor()
                .advance(Transition.of(intent.id(), InstanceEvent.NEVER_MADE, failure.outcome()))
                .thenAccept(outcome -> outcome.now().ifPresent(site.live()::put))
            : reclaimer
                .reclaim(Transition.of(intent.id(), InstanceEvent.GIVEN_UP, failure.outcome()))
                .recorded();
    Background.run("record the end of " + intent.id(), closed);
    return closed;
  }

  /** Another host, if one may do better; the failure stands if there is none. */
  private CompletableFuture<Instance> next(
      Order order, Set<String> before, Failed failed, CompletableFuture<?> closed) {
    CreateFailure why = failed.why();
    boolean elsewhere = scope(order, failed).mayWorkElsewhere();
    Set<String> avoid = new HashSet<>(before);
    avoid.add(failed.host());
    boolean worthIt =
        why.isEvidence()
            && elsewhere
            && order.request().trialOf().isEmpty()
            && order.request().suspendOn().isEmpty()
            && avoid.size() < MOST
            && order.cancellation().reason().isEmpty();
    if (!worthIt) {
      note(order, failed, true);
      // Told when it is so: whoever reads the capacity or asks again at once finds the slot free.
      return closed.handle((done, failure) -> why).thenCompose(CompletableFuture::failedFuture);
    }
    // The key's record must not lead to the attempt that failed, so that is closed first.
    return closed
        .handle((done, failure) -> failure == null)
        .thenCompose(done -> done ? slots.find(order, avoid) : CompletableFuture.failedFuture(why))
        .handle(End::new)
        .thenCompose(
            end -> {
              if (end.result() instanceof Made<Placement.NoPlace> made) {
                note(order, failed, false);
                report.retried(why);
                log.info(
                    "{} is tried on another host, as {}: {}",
                    order.image().name(),
                    made.instance().id(),
                    why.getMessage());
                return go(order, made, avoid);
              }
              note(order, failed, true);
              return end.result() instanceof Repeated<Placement.NoPlace> repeated
                  ? go(order, repeated, avoid)
                  : CompletableFuture.failedFuture(why);
            });
  }

  /**
   * What a client asked for beyond the image's size is no evidence about host or image, nor is it
   * that a guest can't be run so that it can be suspended.
   */
  private void note(Order order, Failed failed, boolean last) {
    CreateFailure why = failed.why();
    boolean usual =
        order.request().size().isAsImage(order.image()) || why.outcome().startsWith("clone-");
    if (why.isEvidence() && usual && order.request().suspendOn().isEmpty()) {
      quarantine.failed(
          order.image(),
          failed.host(),
          new Fault(scope(order, failed), String.valueOf(why.getMessage())),
          last);
    }
  }

  /** A host that can't be reached may be the image's own, and not the one that was to have it. */
  private FailureScope scope(Order order, Failed failed) {
    boolean imagesHostIsLost =
        order
            .image()
            .host()
            .filter(host -> !host.equals(failed.host()))
            .map(host -> site.hypervisor().lastKnown().hosts().get(host))
            .filter(host -> !host.connected())
            .isPresent();
    return failed.why().scope() == FailureScope.HOST && imagesHostIsLost
        ? FailureScope.IMAGE
        : failed.why().scope();
  }

  /**
   * The key's first request made, or is still making, this one: here or at another replica, so it
   * is the ledger that is watched. Once it is ready its owner is noted as told, so that the first
   * request does not take it back when nobody waits for that one any more.
   */
  CompletableFuture<Instance> again(Instance before, Cancellation cancellation) {
    if (before.phase() == InstancePhase.READY) {
      return CompletableFuture.completedFuture(before);
    }
    if (!before.phase().isBeingMade()) {
      return CompletableFuture.failedFuture(
          CreateFailure.full(
              "not-made", "the first request of this key did not end in an instance"));
    }
    if (cancellation.reason().isPresent()) {
      return CompletableFuture.failedFuture(cancellation.reason().get());
    }
    return site.runtime()
        .after(KEY_POLL)
        .thenCompose(
            nothing ->
                site.executor()
                    .advance(
                        Transition.of(before.id(), InstanceEvent.CONFIRMED, "asked for again")))
        .thenCompose(outcome -> again(outcome.now().orElse(before), cancellation));
  }
}
