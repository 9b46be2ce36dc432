package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Intent;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.Transition;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Origin;
import io.macpool.core.fleet.Ownership;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds a slot for an instance and puts the intent on record with it: a free one, one that a warm
 * instance of another image gives up, or one that is waited for. Those who search at once are
 * placed together, in one transaction.
 */
final class SlotSearch {

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  private record Order(Intent intent, Image image) {}

  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Reclaimer reclaimer;
  private final Cordons cordons;
  private final WarmInstances warmInstances;
  private final Creations.Limits limits;
  private final String broker;
  private final Checkpoint checkpoint;
  private final Clock clock;
  private final Waiting waiting = new Waiting();
  private final Batcher<Order, Reservation<Placement.NoPlace>> reservations;

  SlotSearch(
      Creation.Site site,
      Reclaimer reclaimer,
      Cordons cordons,
      WarmInstances warmInstances,
      String broker) {
    this.live = site.live();
    this.hypervisor = site.hypervisor();
    this.reclaimer = reclaimer;
    this.cordons = cordons;
    this.warmInstances = warmInstances;
    this.limits = site.limits();
    this.broker = broker;
    this.checkpoint = site.checkpoint();
    this.clock = site.clock();
    this.reservations = site.executor().batcher(Function.identity(), this::reserve);
    live.onChange(this::freed);
  }

  /** One create's search. */
  record Search(
      CreateRequest request,
      Image image,
      Cancellation cancellation,
      Stopwatch time,
      Instant until) {

    /** Whether it is worth waiting, or making room, after a refusal. */
    private boolean goesOnAfter(Placement.NoPlace reason) {
      return reason.passing() && request.owner().isPresent() && cancellation.reason().isEmpty();
    }
  }

  /** A slot and the intent's record, or why there is none in time. */
  CompletableFuture<Reservation<Placement.NoPlace>> find(
      CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {
    Instant until = clock.instant().plus(limits.waitWhenFull());
    return attempt(new Search(request, image, cancellation, time, until));
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> attempt(Search search) {
    checkpoint.passed(Checkpoint.Step.BEFORE_INTENT);
    return reservations
        .ask(order(search))
        .whenComplete((placed, failure) -> search.time().lap(CreatePhase.PLAN))
        .thenCompose(
            placed ->
                placed instanceof Reservation.Refused<Placement.NoPlace> refused
                        && search.goesOnAfter(refused.reason())
                    ? makeRoom(search, placed)
                    : CompletableFuture.completedFuture(placed));
  }

  private Order order(Search search) {
    Instance wanted =
        Instance.requested(
                UUID.randomUUID().toString(),
                search.image().name(),
                search.request().owner().map(Ownership::of).orElse(Ownership.WARM),
                search.request().size(),
                broker,
                clock.instant())
            .from(Origin.of(search.image()));
    return new Order(new Intent(wanted, search.request().idempotencyKey()), search.image());
  }

  private List<Reservation<Placement.NoPlace>> reserve(Ledger ledger, List<Order> orders) {
    Inventory inventory = hypervisor.lastKnown();
    Map<String, Image> images =
        orders.stream()
            .collect(Collectors.toMap(order -> order.intent().instance().id(), Order::image));
    return ledger.reserve(
        orders.stream().map(Order::intent).toList(),
        (use, wanted) ->
            Placement.choose(
                wanted.stream().map(instance -> images.get(instance.id())).toList(),
                inventory,
                cordons.all(),
                use,
                limits.rules()));
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> makeRoom(
      Search search, Reservation<Placement.NoPlace> refused) {
    Optional<Instance> victim = warmInstances.victim(search.image().name());
    if (victim.isPresent()) {
      return reclaimer
          .reclaim(
              Transition.of(
                  victim.get().id(),
                  InstanceEvent.RETIRED,
                  "gives its slot to " + search.image().name()))
          .carriedOut()
          .handle((gone, failure) -> null)
          .thenCompose(n -> attempt(search));
    }
    return clock.instant().isBefore(search.until())
        ? queue(search)
        : CompletableFuture.completedFuture(refused);
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> queue(Search search) {
    Optional<CompletableFuture<Void>> turn = waiting.join(search.request().owner().orElse(""));
    if (turn.isEmpty()) {
      return CompletableFuture.failedFuture(CreateFailure.tooManyWaiting());
    }
    search.cancellation().onHeard(turn.get()::completeExceptionally);
    // Not every reason for a free slot is an event here: another replica's, a host that came back.
    Duration left = Duration.between(clock.instant(), search.until());
    long patience = Math.min(LOOK_AGAIN.toMillis(), left.toMillis());
    return turn.get()
        .completeOnTimeout(null, Math.max(1, patience), TimeUnit.MILLISECONDS)
        .thenCompose(
            nothing -> {
              search.time().lap(CreatePhase.WAIT);
              return attempt(search);
            });
  }

  private void freed(Instance instance) {
    if (instance.phase() == InstancePhase.GONE) {
      waiting.wake();
    }
  }
}
