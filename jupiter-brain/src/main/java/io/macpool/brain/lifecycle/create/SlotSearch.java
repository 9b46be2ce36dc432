package io.macpool.brain.lifecycle.create;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Intent;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.SlotUse;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.execution.Batcher;
import io.macpool.brain.lifecycle.execution.BrokerRuntime;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.brain.lifecycle.slots.Placement;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Origin;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.placement.HostLoad;
import io.macpool.core.fleet.placement.PlacementPlanner.Wanted;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Finds a slot for an instance and puts the intent on record with it: a free one, one that a warm
 * instance of another image gives up, or one that is waited for. Those who search at once are
 * placed together, in one transaction.
 */
final class SlotSearch {

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /**
   * @param warmOnly whether nothing is to be made for it yet
   * @param trialOf the cordoned host that it tries, if it does
   */
  private record Order(Intent intent, Wanted wanted, boolean warmOnly, Optional<String> trialOf) {}

  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Reclaimer reclaimer;
  private final Quarantine quarantine;
  private final WarmInstances warmInstances;
  private final Creations.Limits limits;
  private final String broker;
  private final CrashPoint checkpoint;
  private final Clock clock;
  private final BrokerRuntime runtime;
  private final Waiting waiting;
  private final Batcher<Order, Reservation<Placement.NoPlace>> reservations;

  SlotSearch(
      Creation.Site site, Reclaimer reclaimer, Quarantine quarantine, WarmInstances warmInstances) {
    this.live = site.live();
    this.hypervisor = site.hypervisor();
    this.reclaimer = reclaimer;
    this.quarantine = quarantine;
    this.warmInstances = warmInstances;
    this.limits = site.limits();
    this.broker = site.process().id();
    this.checkpoint = site.checkpoint();
    this.clock = site.clock();
    this.runtime = site.runtime();
    this.waiting = new Waiting(runtime);
    this.reservations = site.executor().batcher(Function.identity(), this::reserve);
    live.onChange(this::freed);
  }

  /**
   * One create's search.
   *
   * @param asked warm instances that were to give it their slots: none is asked twice, as one that
   *     the ledger does not know as we do would be asked for ever
   * @param heard wakes that nobody heard before it was tried last
   */
  record Search(
      CreateRequest request,
      Image image,
      Set<String> avoid,
      Cancellation cancellation,
      Stopwatch time,
      Instant until,
      Set<String> asked,
      long heard,
      Optional<Waiting.Turn> turn) {

    private Search(
        CreateRequest request,
        Image image,
        Set<String> avoid,
        Cancellation cancellation,
        Stopwatch time,
        Instant until) {
      this(request, image, avoid, cancellation, time, until, Set.of(), 0, Optional.empty());
    }

    /** The same with a place in the line. */
    private Search in(Waiting.Turn place) {
      return new Search(
          request, image, avoid, cancellation, time, until, asked, heard, Optional.of(place));
    }

    /** The same, about to be tried. */
    private Search asOf(long unheard) {
      return new Search(request, image, avoid, cancellation, time, until, asked, unheard, turn);
    }

    /** The same, once {@code victim} was asked for its slot. */
    private Search asking(String victim) {
      Set<String> all = new HashSet<>(asked);
      all.add(victim);
      return new Search(request, image, avoid, cancellation, time, until, all, heard, turn);
    }

    /** Whether it is worth waiting, or making room, after a refusal. */
    private boolean goesOnAfter(Placement.NoPlace reason) {
      return avoid.isEmpty()
          && request.trialOf().isEmpty()
          && reason.passing()
          && request.owner().isPresent()
          && cancellation.reason().isEmpty();
    }
  }

  /**
   * A slot and the intent's record, or why there is none in time.
   *
   * @param avoid hosts on which it failed already; then it is not waited for another one
   */
  CompletableFuture<Reservation<Placement.NoPlace>> find(Attempts.Order order, Set<String> avoid) {
    Instant until = clock.instant().plus(limits.waitWhenFull());
    return attempt(
        new Search(
            order.request(), order.image(), avoid, order.cancellation(), order.time(), until));
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> attempt(Search again) {
    Search search = again.asOf(waiting.unheard());
    checkpoint.passed(CrashPoint.Step.BEFORE_INTENT);
    return reservations
        .ask(order(search, false))
        .thenCompose(this::answered)
        .whenComplete((placed, failure) -> search.time().lap(CreatePhase.PLAN))
        .thenCompose(
            placed ->
                placed instanceof Reservation.Refused<Placement.NoPlace> refused
                        && search.goesOnAfter(refused.reason())
                    ? makeRoom(search, placed)
                    : CompletableFuture.completedFuture(placed));
  }

  /** An instance that waits warm, or that the key gave before; empty if one must be made. */
  CompletableFuture<Optional<Instance>> warm(
      CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {
    return reservations
        .ask(order(new Search(request, image, Set.of(), cancellation, time, clock.instant()), true))
        .thenCompose(this::answered)
        .thenApply(
            given ->
                given instanceof Reservation.Repeated<Placement.NoPlace> ready
                    ? Optional.of(ready.instance())
                    : Optional.empty());
  }

  /** What was handed over is, to whoever asked, as what was made before. */
  private CompletableFuture<Reservation<Placement.NoPlace>> answered(
      Reservation<Placement.NoPlace> answer) {
    if (answer instanceof Reservation.Denied<Placement.NoPlace> denied) {
      return CompletableFuture.failedFuture(CreateFailure.denied(denied));
    }
    if (answer instanceof Reservation.HandedOver<Placement.NoPlace> given) {
      live.put(given.instance());
      warmInstances.taken();
      return CompletableFuture.completedFuture(new Reservation.Repeated<>(given.instance()));
    }
    return CompletableFuture.completedFuture(answer);
  }

  private Order order(Search search, boolean warmOnly) {
    Instance wanted =
        Instance.requested(
                runtime.newId(),
                search.image().name(),
                search.request().owner().map(Ownership::of).orElse(Ownership.WARM),
                search.request().size(),
                broker,
                clock.instant())
            .from(Origin.of(search.image()));
    boolean warmWillDo =
        search.request().owner().isPresent()
            && search.request().trialOf().isEmpty()
            && search.request().size().isAsImage(search.image())
            // Which of them is warm on a host of that kind is not asked.
            && (search.request().endpoints()
                || !hypervisor.lastKnown().isAnyRelayed(search.image()));
    return new Order(
        new Intent(
            wanted,
            search.request().idempotencyKey(),
            warmWillDo,
            search.request().mostWarm().orElse(Integer.MAX_VALUE)),
        new Wanted(search.image(), avoid(search), search.request().endpoints()),
        warmOnly,
        search.request().trialOf());
  }

  /** What is to be made on one host is made on no other. */
  private Set<String> avoid(Search search) {
    if (search.request().suspendOn().isEmpty()) {
      return search.avoid();
    }
    Set<String> avoid = new HashSet<>(hypervisor.lastKnown().hosts().keySet());
    avoid.remove(search.request().suspendOn().get());
    avoid.addAll(search.avoid());
    return avoid;
  }

  private List<Reservation<Placement.NoPlace>> reserve(Ledger ledger, List<Order> orders) {
    Inventory inventory = hypervisor.lastKnown();
    Map<String, Order> byId = new HashMap<>();
    orders.forEach(order -> byId.put(order.intent().instance().id(), order));
    return ledger.reserve(
        orders.stream().map(Order::intent).toList(),
        limits.ownerQuota(),
        new Reservation.Chooser<>() {
          @Override
          public List<Reservation.Choice<Placement.NoPlace>> choose(
              SlotUse use, List<Instance> wanted) {
            return SlotSearch.this.choose(
                wanted.stream().map(instance -> byId.get(instance.id())).toList(), inventory, use);
          }

          @Override
          public boolean mayHandOver(String id) {
            return inventory.machine(id).filter(SlotSearch::isUp).isPresent();
          }
        });
  }

  /** What is suspended, out of reach or not to be seen is no use to whoever asks now. */
  private static boolean isUp(Machine machine) {
    return machine.power() == PowerState.ON && machine.sign().reachable();
  }

  /** Places for those that are to be made; the others wait for a permit first. */
  private List<Reservation.Choice<Placement.NoPlace>> choose(
      List<Order> orders, Inventory inventory, SlotUse use) {
    Iterator<Reservation.Choice<Placement.NoPlace>> places =
        Placement.choose(
                orders.stream()
                    .filter(order -> !order.warmOnly() && order.trialOf().isEmpty())
                    .map(Order::wanted)
                    .toList(),
                inventory,
                use.cordons(),
                quarantine::standing,
                use,
                limits.rules())
            .iterator();
    Set<String> tried = new HashSet<>();
    List<Reservation.Choice<Placement.NoPlace>> choices = new ArrayList<>();
    for (Order order : orders) {
      if (order.trialOf().isPresent()) {
        choices.add(
            tried.add(order.trialOf().get())
                ? trial(order, inventory, use)
                : noPlace("another trial of that host begins"));
      } else {
        choices.add(order.warmOnly() ? noPlace("nothing waits warm any more") : places.next());
      }
    }
    return choices;
  }

  private static Reservation.Choice<Placement.NoPlace> noPlace(String why) {
    return new Reservation.Choice.None<>(new Placement.NoPlace(why, true));
  }

  /** On its host or nowhere; that must be cordoned, so that no other order is placed there. */
  private Reservation.Choice<Placement.NoPlace> trial(
      Order order, Inventory inventory, SlotUse use) {
    String host = order.trialOf().orElseThrow();
    Map<String, Cordon> cordons = new HashMap<>(use.cordons());
    if (cordons.remove(host) == null) {
      return noPlace("it is not under repair any more");
    }
    Set<String> others = new HashSet<>(inventory.hosts().keySet());
    others.remove(host);
    return Placement.choose(
            List.of(new Wanted(order.wanted().image(), others)),
            inventory,
            cordons,
            id -> HostLoad.Standing.GOOD,
            use,
            limits.rules())
        .get(0);
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> makeRoom(
      Search search, Reservation<Placement.NoPlace> refused) {
    Optional<Instance> victim = warmInstances.victim(search.image().name(), search.asked());
    if (victim.isPresent()) {
      return reclaimer
          .reclaim(
              Transition.of(
                  victim.get().id(),
                  InstanceEvent.RETIRED,
                  "gives its slot to " + search.image().name()))
          .carriedOut()
          .handle((gone, failure) -> null)
          .thenCompose(n -> attempt(search.asking(victim.get().id())));
    }
    return clock.instant().isBefore(search.until())
        ? queue(search)
        : CompletableFuture.completedFuture(refused);
  }

  /** Waits in line, trying now and then, until there is an end to it. */
  private CompletableFuture<Reservation<Placement.NoPlace>> queue(Search search) {
    if (search.turn().isPresent()) {
      return again(search);
    }
    Optional<Waiting.Turn> turn = waiting.join(search.request().owner().orElse(""));
    return turn.isEmpty()
        ? CompletableFuture.failedFuture(CreateFailure.tooManyWaiting())
        : again(search.in(turn.get())).whenComplete((placed, failure) -> turn.get().leave());
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> again(Search search) {
    // Not every reason for a free slot is an event here: another replica's, a host that came back.
    Duration left = Duration.between(clock.instant(), search.until());
    Duration patience = left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN;
    return search
        .turn()
        .orElseThrow()
        .await(search.heard(), patience, search.cancellation())
        .thenCompose(
            nothing -> {
              search.time().lap(CreatePhase.WAIT);
              return attempt(search);
            });
  }

  /** Creates that wait for a slot, by owner. */
  Map<String, Integer> waiting() {
    return waiting.byOwner();
  }

  private void freed(Instance instance) {
    if (instance.phase() == InstancePhase.GONE || instance.isWaiting()) {
      waiting.wake();
    }
  }
}
