package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.Transition;
import io.macpool.core.fleet.HostLoad;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes instances: admits, places, records and runs each creation, and names how it ended. */
public final class Creations {

  private static final Duration KEY_POLL = Duration.ofMillis(100);
  private static final int MOST_WAITING = 10_000;

  /**
   * What is allowed.
   *
   * @param taskLimit the longest that one vSphere task may take
   * @param waitWhenFull how long a create waits for a slot
   * @param ownerQuota instances that one owner may hold; 0: no limit
   */
  public record Limits(
      Placement.Rules rules, Duration taskLimit, Duration waitWhenFull, int ownerQuota) {
    public Limits {
      Objects.requireNonNull(rules, "rules");
      Objects.requireNonNull(taskLimit, "taskLimit");
      Objects.requireNonNull(waitWhenFull, "waitWhenFull");
    }
  }

  private final Creation.Site site;
  private final Admission admission;
  private final WarmInstances warmInstances;
  private final SlotSearch slots;
  private final Reclaimer reclaimer;
  private final Cordons cordons;
  private final Quarantine quarantine;
  private final CreateReport report;
  private final Permits permits;

  public Creations(
      LedgerExecutor executor,
      LiveInstances live,
      Hypervisor hypervisor,
      Reclaimer reclaimer,
      Cordons cordons,
      Quarantine quarantine,
      WarmInstances warmInstances,
      Limits limits,
      String broker,
      Checkpoint checkpoint,
      Clock clock,
      CreateReport report) {
    this.site = new Creation.Site(executor, live, hypervisor, limits, checkpoint, clock);
    this.admission = new Admission(hypervisor, quarantine, clock);
    this.warmInstances = warmInstances;
    this.slots = new SlotSearch(site, reclaimer, warmInstances, broker);
    this.reclaimer = reclaimer;
    this.cordons = cordons;
    this.quarantine = quarantine;
    this.report = report;
    this.permits = new Permits(limits.rules().creatingAt(), MOST_WAITING);
  }

  /**
   * Makes an instance. A create that is cancelled fails at once; what it had begun goes on to a
   * point where it can be destroyed, and is.
   */
  public CompletableFuture<Instance> create(CreateRequest request, Cancellation cancellation) {
    Stopwatch time = new Stopwatch(site.clock());
    CompletableFuture<Instance> result = new CompletableFuture<>();
    CompletableFuture<Instance> made = admit(request, cancellation, time);
    cancellation.onHeard(result::completeExceptionally);
    Background.whenEnded(
        made,
        (instance, wrapped) -> {
          if (wrapped == null) {
            result.complete(instance);
          } else {
            result.completeExceptionally(CreateFailure.of("create", Cloning.unwrap(wrapped)));
          }
        });
    Background.whenEnded(
        result,
        (instance, failure) ->
            report.ended(
                request,
                Optional.ofNullable(instance).map(Instance::id),
                time,
                Optional.ofNullable(failure)));
    return result;
  }

  private CompletableFuture<Instance> admit(
      CreateRequest request, Cancellation cancellation, Stopwatch time) {
    Image image;
    try {
      image = admission.admit(request);
    } catch (CreateFailure e) {
      return CompletableFuture.failedFuture(e);
    }
    if (request.owner().isEmpty()) {
      return turn(request, image, cancellation, time);
    }
    warmInstances.asked(image.name());
    if (warmInstances.waiting(image).isEmpty() || !request.size().isAsImage(image)) {
      return turn(request, image, cancellation, time);
    }
    return slots
        .warm(request, image, cancellation, time) // who gets one need not wait for a permit
        .thenCompose(
            given ->
                given.isPresent()
                    ? again(given.get(), cancellation)
                    : turn(request, image, cancellation, time));
  }

  private CompletableFuture<Instance> turn(
      CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {
    Optional<CompletableFuture<Void>> turn = permits.acquire();
    if (turn.isEmpty()) {
      return CompletableFuture.failedFuture(CreateFailure.tooManyWaiting());
    }
    cancellation.onHeard(turn.get()::completeExceptionally);
    return turn.get()
        .thenCompose(
            nothing -> {
              time.lap(CreatePhase.WAIT);
              return slots
                  .find(request, image, cancellation, time)
                  .thenCompose(placed -> go(request, image, placed, cancellation, time))
                  .whenComplete((instance, failure) -> permits.release());
            });
  }

  /** The hosts' loads as this replica sees them, for whoever must not wait for the ledger. */
  List<HostLoad> loads(Inventory inventory) {
    return Placement.loads(
        inventory, cordons.all(), site.live().all(), site.limits().rules().slotsPerHost());
  }

  private CompletableFuture<Instance> go(
      CreateRequest request,
      Image image,
      Reservation<Placement.NoPlace> reservation,
      Cancellation cancellation,
      Stopwatch time) {
    if (reservation instanceof Reservation.Refused<Placement.NoPlace> refused) {
      return CompletableFuture.failedFuture(
          CreateFailure.full("pool-full", refused.reason().message()));
    }
    if (reservation instanceof Reservation.Repeated<Placement.NoPlace> repeated) {
      return again(repeated.instance(), cancellation);
    }
    Instance intent = ((Reservation.Made<Placement.NoPlace>) reservation).instance();
    site.live().put(intent);
    site.checkpoint().passed(Checkpoint.Step.INTENT_RECORDED);
    CompletableFuture<Void> settled = new CompletableFuture<>();
    reclaimer.beingMade(intent.id(), settled);
    CompletableFuture<Instance> made = new Creation(site, image, intent, cancellation, time).run();
    return made.whenComplete(
        (instance, wrapped) -> {
          settled.complete(null);
          conclude(request, intent, cancellation, wrapped);
        });
  }

  private void conclude(
      CreateRequest request, Instance intent, Cancellation cancellation, Throwable wrapped) {
    if (wrapped == null && cancellation.reason().isEmpty()) {
      quarantine.succeeded(request.image());
      return;
    }
    Throwable failure = wrapped == null ? cancellation.reason().get() : Cloning.unwrap(wrapped);
    CreateFailure named = CreateFailure.of("create", failure);
    if (named.kind() == CreateFailure.Kind.FAILED && !named.outcome().equals("reclaimed")) {
      quarantine.failed(request.image(), named.getMessage());
    }
    Background.run(
        "record the end of " + intent.id(),
        reclaimer
            .reclaim(Transition.of(intent.id(), InstanceEvent.GIVEN_UP, named.outcome()))
            .recorded());
  }

  /**
   * The key's first request made, or is still making, this one: here or at another replica, so it
   * is the ledger that is watched. Once it is ready its owner is noted as told, so that the first
   * request does not take it back when nobody waits for that one any more.
   */
  private CompletableFuture<Instance> again(Instance before, Cancellation cancellation) {
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
    return CompletableFuture.supplyAsync(
            () -> null,
            CompletableFuture.delayedExecutor(KEY_POLL.toMillis(), TimeUnit.MILLISECONDS))
        .thenCompose(
            nothing ->
                site.executor()
                    .advance(
                        Transition.of(before.id(), InstanceEvent.CONFIRMED, "asked for again")))
        .thenCompose(outcome -> again(outcome.now().orElse(before), cancellation));
  }
}
