package io.macpool.brain.lifecycle.reconcile;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Heartbeat;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.HostWatch;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.brain.lifecycle.slots.SlotFollower;
import io.macpool.core.GoDuration;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.ReclaimPlanner;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares ledger and inventory again and again, on a thread of its own, and does what is left to
 * do. Every replica says that it lives and refreshes its memory; the leader alone plans and acts.
 * While vCenter can't be seen, nothing is judged.
 */
public final class Reconciler implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration PURGE_EVERY = Duration.ofMinutes(1);
  private static final int MOST_PURGED = 2_000; // in one round: some tens of milliseconds
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
  private final LedgerExecutor executor;
  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final BrokerProcess process;
  private final Cordons cordons;
  private final Leases leases;
  private final SlotFollower slots;
  private final HostWatch hostWatch;
  private final HostHygiene hygiene;
  private final ReclaimExecutor reclaims;
  private final Options options;
  private final Counter failures;
  private final ScheduledExecutorService thread;
  private final KnownStates states = new KnownStates();
  private final ClosedRecords closedRecords = new ClosedRecords();
  private final ObservationWindow window;
  private final ForeignBrokers foreignBrokers;
  private final LostRecords lostRecords;
  private final WorkInHand workInHand;
  private final ForgottenIntents forgottenIntents;
  private Map<String, ReclaimPlanner.Suspicion> suspects = Map.of();
  private Instant purgedAt = Instant.MIN;
  private volatile Set<String> hostsKnown = Set.of();
  private volatile Set<String> cutKnown = Set.of();
  private volatile Optional<String> trouble = Optional.empty();

  public Reconciler(
      Options options,
      Ledger ledger,
      FleetState fleet,
      BrokerProcess process,
      Reclaimer reclaimer,
      SubReconcilers parts) {
    this.options = options;
    this.ledger = ledger;
    this.executor = fleet.executor();
    this.live = fleet.live();
    this.hypervisor = fleet.hypervisor();
    this.process = process;
    this.cordons = parts.cordons();
    this.leases = parts.leases();
    this.slots = parts.slots();
    this.hostWatch = parts.hosts();
    this.hygiene = parts.hygiene();
    this.window = new ObservationWindow(options.interval().multipliedBy(3));
    this.foreignBrokers = new ForeignBrokers(ledger.id(), options.policy().cutoff());
    this.lostRecords = new LostRecords(live, foreignBrokers);
    this.workInHand = new WorkInHand(live, hypervisor, reclaimer);
    this.forgottenIntents =
        new ForgottenIntents(live, process, reclaimer, options.policy().cloneLimit());
    this.reclaims = new ReclaimExecutor(ledger, live, reclaimer, process, options.dryRun());
    this.failures = process.meters().counter("reconcile.failures");
    this.thread = process.runtime().serial("reconciler");
  }

  /** Reads the ledger and begins to reconcile. */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  public void start() {
    ledger.begin();
    ledger.heartbeat(process.id(), options.brokerTrust());
    long mark = live.mark();
    List<Instance> instances = ledger.live();
    live.refresh(instances, mark);
    hypervisor.identify(Identities.of(ledger.id(), instances));
    cordons.refresh(ledger.cordons());
    hypervisor.onChange(inventory -> soon());
    long millis = options.interval().toMillis();
    thread.scheduleWithFixedDelay(this::tick, 0, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * The first sight of hosts must not wait for a tick: without slot rows nothing can be placed. Nor
   * must a reboot: whoever waits for its guests waits in vain.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  private void soon() {
    Inventory inventory = hypervisor.lastKnown();
    Set<String> cut =
        inventory.machines().values().stream()
            .filter(Machine::cutByReboot)
            .map(Machine::name)
            .collect(Collectors.toSet());
    boolean news = !cutKnown.containsAll(cut);
    cutKnown = cut;
    if (news || !hostsKnown.equals(inventory.hosts().keySet())) {
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
    window.missed();
    failures.increment();
  }

  private String pause() {
    return GoDuration.format(options.interval());
  }

  /** One look and what follows from it. */
  void reconcile() {
    executor.confirmPending().forEach(live::put); // before we say that we live: then others judge
    Heartbeat heartbeat = ledger.heartbeat(process.id(), options.brokerTrust());
    Instant now = heartbeat.now();
    window.heard(now);
    boolean leads = ledger.leads();
    long mark = live.mark();
    List<Instance> instances = ledger.live();
    states.read(instances, process.runtime().nanos());
    live.refresh(instances, mark);
    hypervisor.identify(closedRecords.identities(ledger.id(), instances));
    cordons.refresh(ledger.cordons());
    leases.look(ledger, leads, now);
    forgottenIntents.close(instances, now);
    Observed<Hypervisor.Sighting> observed = hypervisor.sighting();
    if (!observed.isKnown()) {
      suspects = Map.of();
      return;
    }
    Hypervisor.Sighting sighting = observed.toOptional().orElseThrow();
    Inventory inventory = sighting.inventory();
    Set<String> hosts = inventory.hosts().keySet();
    cordons.follow(ledger, inventory);
    ledger.syncSlots(hosts, options.slotsPerHost());
    hostsKnown = Set.copyOf(hosts);
    slots.count(inventory);
    foreignBrokers.look(inventory, now);
    hostWatch.look(inventory);
    closedRecords.read(ledger, instances, inventory);
    if (!leads) {
      suspects = Map.of();
      hygiene.look(ledger, false, instances, inventory, now);
      return;
    }
    slots.follow(inventory);
    noteIdentities(instances, inventory);
    act(instances, sighting, heartbeat);
    if (Duration.between(purgedAt, now).compareTo(PURGE_EVERY) > 0) {
      ledger.purge(now.minus(options.keep()), MOST_PURGED, closedRecords.ids());
      purgedAt = now;
    }
    hygiene.look(ledger, true, instances, inventory, now); // last: no leak waits for it
  }

  /** What VMs will be known by when their names and references have changed. */
  private void noteIdentities(List<Instance> instances, Inventory inventory) {
    List<Instance> news = new ArrayList<>();
    for (Instance instance : instances) {
      inventory
          .machine(instance.id())
          .filter(machine -> machine.sign().reachable() && machine.sign().uuid().isPresent())
          .map(machine -> instance.shownBy(machine.ref(), machine.sign().uuid()))
          .filter(shown -> !shown.equals(instance))
          .ifPresent(news::add);
    }
    if (!news.isEmpty()) {
      ledger.identify(news);
    }
  }

  private void act(List<Instance> instances, Hypervisor.Sighting sighting, Heartbeat heartbeat) {
    Inventory inventory = sighting.inventory();
    Instant now = heartbeat.now();
    Map<String, Instance> closed = closedRecords.all();
    ReclaimPlanner.Plan plan =
        ReclaimPlanner.plan(
            instances,
            inventory.machines().values(),
            workInHand.names(instances, inventory, closed),
            new ReclaimPlanner.Evidence(
                sighting.confirmation(),
                states.before(sighting.askedAt()),
                connected(inventory),
                // Whoever could not be heard for long enough is not dead for that.
                window.lasted(options.brokerTrust(), now)
                    ? heartbeat.living()
                    : heartbeat.present(),
                window.since(),
                closed,
                foreignBrokers.untouchable(inventory)),
            suspects,
            options.policy(),
            now);
    suspects = plan.suspects();
    reclaims.carryOut(plan, instances, inventory);
    lostRecords.look(plan, inventory);
    if (plan.undecided()) {
      hypervisor.confirm(); // the events alone may bring no news for the length of a poll
    }
  }

  private static Set<String> connected(Inventory inventory) {
    return inventory.hosts().values().stream()
        .filter(Host::connected)
        .map(Host::id)
        .collect(Collectors.toSet());
  }

  /** Why nothing can be placed yet, if so: hosts have slots from the first sight of them on. */
  public Optional<String> notReady() {
    return hostsKnown.isEmpty() ? Optional.of("no host has been seen yet") : Optional.empty();
  }

  /** Whose other clones lie in our folder, if any do, for a person. */
  public Optional<String> foreignBrokers() {
    return foreignBrokers.warning();
  }

  /** Whether records were lost, for a person. */
  public Optional<String> lostRecords() {
    return lostRecords.warning();
  }

  /** Why the last round failed, if it did, for a person. */
  public Optional<String> trouble() {
    return trouble;
  }

  @Override
  public void close() {
    Background.close(thread, CLOSE_LIMIT);
    ledger.farewell(process.id());
  }
}
