package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.LedgerException;
import io.macpool.brain.ledger.Transition;
import io.macpool.core.GoDuration;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.ReclaimPlanner;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares ledger and inventory again and again, on a thread of its own, and does what is left to
 * do. Every replica says that it lives and refreshes its memory; the leader alone plans and acts.
 * While vCenter can't be seen, nothing is judged.
 */
public final class Reconciler implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration PURGE_EVERY = Duration.ofHours(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /**
   * How it goes about it.
   *
   * @param brokerTrust a broker that has said nothing for longer is dead
   * @param keep how long destroyed instances stay on record
   * @param dryRun only say what would be destroyed
   */
  public record Options(
      Duration interval,
      Duration brokerTrust,
      Duration keep,
      int slotsPerHost,
      boolean dryRun,
      ReclaimPlanner.Policy policy) {
    public Options {
      Objects.requireNonNull(interval, "interval");
      Objects.requireNonNull(brokerTrust, "brokerTrust");
      Objects.requireNonNull(keep, "keep");
      Objects.requireNonNull(policy, "policy");
    }
  }

  private final Ledger ledger;
  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Reclaimer reclaimer;
  private final Cordons cordons;
  private final Leases leases;
  private final SlotFollower slots;
  private final ReclaimExecutor reclaims;
  private final String broker;
  private final Options options;
  private final Clock clock;
  private final MeterRegistry meters;
  private final ScheduledExecutorService thread;
  private Map<String, Instant> suspects = Map.of();
  private Instant purgedAt = Instant.MIN;
  private boolean adopting;
  private boolean adopted;
  private volatile Set<String> hostsKnown = Set.of();
  private volatile Optional<String> trouble = Optional.empty();

  public Reconciler(
      Ledger ledger,
      LiveInstances live,
      Hypervisor hypervisor,
      Reclaimer reclaimer,
      Cordons cordons,
      Leases leases,
      SlotFollower slots,
      String broker,
      Options options,
      Clock clock,
      MeterRegistry meters) {
    this.ledger = ledger;
    this.live = live;
    this.hypervisor = hypervisor;
    this.reclaimer = reclaimer;
    this.cordons = cordons;
    this.leases = leases;
    this.slots = slots;
    this.reclaims =
        new ReclaimExecutor(ledger, live, reclaimer, broker, options.dryRun(), clock, meters);
    this.broker = broker;
    this.options = options;
    this.clock = clock;
    this.meters = meters;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread t = new Thread(task, "reconciler");
              t.setDaemon(true);
              return t;
            });
  }

  /**
   * Reads the ledger and begins to reconcile. A ledger without a past can't tell orphans from
   * instances in use: what it finds at first is adopted.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  public void start() {
    adopting = !ledger.hasHistory();
    ledger.heartbeat(broker, options.brokerTrust());
    long mark = live.mark();
    live.refresh(ledger.live(), mark);
    cordons.refresh(ledger.cordons());
    hypervisor.onChange(inventory -> soon());
    long millis = options.interval().toMillis();
    thread.scheduleWithFixedDelay(this::tick, 0, millis, TimeUnit.MILLISECONDS);
  }

  /** The first sight of hosts must not wait for a tick: without slot rows nothing can be placed. */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  private void soon() {
    if (!hostsKnown.equals(hypervisor.lastKnown().hosts().keySet())) {
      thread.execute(this::tick);
    }
  }

  private void tick() {
    try {
      reconcile();
      trouble = Optional.empty();
    } catch (LedgerException e) {
      failed(e);
      log.warn("reconciliation failed, the next one is in {}: {}", pause(), e.getMessage());
    } catch (RuntimeException e) {
      failed(e);
      log.error("reconciliation failed, the next one is in {}", pause(), e);
    }
  }

  private void failed(RuntimeException failure) {
    trouble = Optional.of(String.valueOf(failure.getMessage()));
    leases.missed();
    meters.counter("reconcile.failures").increment();
  }

  private String pause() {
    return GoDuration.format(options.interval());
  }

  /** One look and what follows from it. */
  void reconcile() {
    Instant now = clock.instant();
    Set<String> brokers = ledger.heartbeat(broker, options.brokerTrust());
    long mark = live.mark();
    List<Instance> instances = ledger.live();
    live.refresh(instances, mark);
    cordons.refresh(ledger.cordons());
    leases.look(ledger, ledger.leads(), now);
    closeForgotten(instances, now);
    Observed<Inventory> observed = hypervisor.inventory();
    if (!observed.isKnown()) {
      suspects = Map.of(); // two looks must be two sights
      return;
    }
    Inventory inventory = observed.toOptional().orElseThrow();
    Set<String> hosts = inventory.hosts().keySet();
    ledger.syncSlots(hosts, options.slotsPerHost());
    hostsKnown = Set.copyOf(hosts);
    slots.count(inventory);
    if (!ledger.leads()) {
      return;
    }
    slots.follow(inventory);
    act(instances, inventory, brokers, now);
    if (Duration.between(purgedAt, now).compareTo(PURGE_EVERY) > 0) {
      ledger.purge(now.minus(options.keep()));
      purgedAt = now;
    }
  }

  /**
   * An intent of ours that nobody here works on: its transaction was committed, and the answer that
   * said so was lost. Only we can know, so each replica looks for its own.
   */
  private void closeForgotten(List<Instance> instances, Instant now) {
    for (Instance instance : instances) {
      if (instance.broker().equals(broker)
          && instance.phase().isBeingMade()
          && instance.createdAt().plus(options.policy().cloneLimit()).isBefore(now)
          && live.find(instance.id()).filter(instance::equals).isPresent()
          && !reclaimer.isInHand(instance.id())) {
        log.warn("{} is on record and nobody makes it: it is destroyed", instance.id());
        meters.counter("reconcile.actions", "deed", "DESTROY", "reason", "forgotten").increment();
        Background.run(
            "destroy " + instance.id(),
            reclaimer
                .reclaim(
                    Transition.of(instance.id(), InstanceEvent.JUDGED, "forgotten")
                        .asSeen(instance.version()))
                .carriedOut());
      }
    }
  }

  private void act(
      List<Instance> instances, Inventory inventory, Set<String> brokers, Instant now) {
    ReclaimPlanner.Policy policy = options.policy();
    boolean adoptNow = adopting && !adopted;
    ReclaimPlanner.Plan plan =
        ReclaimPlanner.plan(
            instances,
            inventory.machines().values(),
            inHand(instances, inventory),
            brokers,
            suspects,
            new ReclaimPlanner.Policy(
                policy.cutoff(),
                policy.bootCutoff(),
                policy.cloneLimit(),
                policy.confirmLimit(),
                policy.grace(),
                policy.adoptStrangers() || adoptNow,
                policy.budget()),
            now);
    suspects = plan.suspects();
    adopted = true;
    reclaims.carryOut(plan, instances, inventory);
  }

  private Set<String> inHand(List<Instance> instances, Inventory inventory) {
    Set<String> names = new HashSet<>();
    for (Instance instance : instances) {
      if (reclaimer.isInHand(instance.id()) || mayYetAppear(instance, inventory)) {
        names.add(instance.id());
      }
    }
    for (Machine machine : inventory.machines().values()) {
      // The inventory is older than the ledger's answer: what was recorded or closed meanwhile is
      // not a stranger.
      if (reclaimer.isInHand(machine.name())
          || live.isGone(machine.name())
          || live.find(machine.name()).filter(i -> !instances.contains(i)).isPresent()) {
        names.add(machine.name());
      }
    }
    return names;
  }

  /** A clone of a dead broker may still run: its slot is held until vCenter shows no such clone. */
  private boolean mayYetAppear(Instance instance, Inventory inventory) {
    return instance.ref().isEmpty()
        && inventory.machine(instance.id()).isEmpty()
        && instance
            .image()
            .flatMap(inventory::image)
            .filter(image -> hypervisor.mayBeCloning(image.ref()))
            .isPresent();
  }

  /** Why nothing can be placed yet, if so: hosts have slots from the first sight of them on. */
  public Optional<String> notReady() {
    return hostsKnown.isEmpty() ? Optional.of("no host has been seen yet") : Optional.empty();
  }

  /** Why the last round failed, if it did, for a person. */
  public Optional<String> trouble() {
    return trouble;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ledger.farewell(broker);
  }
}
