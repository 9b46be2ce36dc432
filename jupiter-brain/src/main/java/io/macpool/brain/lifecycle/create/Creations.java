package io.macpool.brain.lifecycle.create;

import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.Cloning;
import io.macpool.brain.lifecycle.execution.Permits;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.Placement;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.brain.lifecycle.slots.SlotAvailability;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.placement.HostLoad;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Makes instances: admits, places, records and runs each creation, and names how it ended. */
public final class Creations {

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
  private final Attempts attempts;
  private final Cordons cordons;
  private final Quarantine quarantine;
  private final CreateReport report;
  private final Permits permits;

  public Creations(
      FleetState fleet,
      BrokerProcess process,
      SlotAvailability availability,
      Reclaimer reclaimer,
      Limits limits,
      CreateReport report) {
    this.site = new Creation.Site(fleet, process, availability.pending(), limits);
    this.cordons = availability.cordons();
    this.quarantine = availability.quarantine();
    this.admission = new Admission(fleet.hypervisor(), quarantine, process.clock());
    this.warmInstances = new WarmInstances(fleet.live(), reclaimer, process.id(), process.clock());
    this.slots = new SlotSearch(site, reclaimer, quarantine, warmInstances);
    this.attempts = new Attempts(site, slots, reclaimer, quarantine, report);
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
    return admitted(request, image, cancellation, time)
        .whenComplete((instance, failure) -> quarantine.ended(image));
  }

  private CompletableFuture<Instance> admitted(
      CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {
    if (request.owner().isEmpty() || request.trialOf().isPresent()) {
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
                    ? attempts.again(given.get(), cancellation)
                    : turn(request, image, cancellation, time));
  }

  private CompletableFuture<Instance> turn(
      CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {
    Optional<CompletableFuture<Void>> turn = permits.acquire(request.owner().orElse(""));
    if (turn.isEmpty()) {
      return CompletableFuture.failedFuture(CreateFailure.tooManyWaiting());
    }
    cancellation.onHeard(turn.get()::completeExceptionally);
    return turn.get()
        .thenCompose(
            nothing -> {
              time.lap(CreatePhase.WAIT);
              return attempts
                  .make(new Attempts.Order(request, image, cancellation, time))
                  .whenComplete((instance, failure) -> permits.release());
            });
  }

  /** What waits warm for creates, for whoever keeps it so. */
  public WarmInstances warmInstances() {
    return warmInstances;
  }

  /** Creates that wait in this replica for their turn or for a slot, by owner. */
  public Map<String, Integer> waiting() {
    Map<String, Integer> waiting = new TreeMap<>(slots.waiting());
    permits.byOwner().forEach((owner, count) -> waiting.merge(owner, count, Integer::sum));
    waiting.remove(""); // the broker's own, for the warm pool and for trials
    return waiting;
  }

  /** The hosts' loads as this replica sees them, for whoever must not wait for the ledger. */
  public List<HostLoad> loads(Inventory inventory) {
    return Placement.loads(
            inventory, cordons.all(), site.live().all(), site.limits().rules().slotsPerHost())
        .stream()
        .map(load -> load.in(quarantine.standing(load.host().id())))
        .toList();
  }
}
