package io.macpool.brain.simulation;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.MemoryLedger;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.WarmPool;
import io.macpool.brain.lifecycle.create.CreateReport;
import io.macpool.brain.lifecycle.create.Creations;
import io.macpool.brain.lifecycle.create.Provisioning;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.hygiene.Probes;
import io.macpool.brain.lifecycle.reclaim.DestroyBackoff;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.reconcile.Reconciler;
import io.macpool.brain.lifecycle.reconcile.SubReconcilers;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.HostWatch;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.brain.lifecycle.slots.PendingSlots;
import io.macpool.brain.lifecycle.slots.Placement;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.brain.lifecycle.slots.SlotAvailability;
import io.macpool.brain.lifecycle.slots.SlotFollower;
import io.macpool.brain.simulation.VirtualTime.Lane;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.ReclaimPlanner;
import io.macpool.core.fleet.fault.FaultAttribution;
import io.macpool.core.fleet.placement.PlacementPlanner;
import io.macpool.core.fleet.placement.WarmPoolPlanner;
import io.macpool.core.hygiene.HygienePolicy;
import io.macpool.service.trace.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** One broker: its real classes, put together as the process does, without its API. */
final class Replica {

  static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final int CONNECTIONS = 4;

  /**
   * What the broker goes by.
   *
   * @param quota instances that an owner may hold; 0: no limit
   * @param planted what is wrong with it
   */
  record Rules(int quota, Planted planted) {

    private Duration cutoff() {
      return Duration.ofMinutes(planted == Planted.SHORT_CUTOFF ? 2 : 20);
    }

    private int slots() {
      return SimulatedFleet.SLOTS + (planted == Planted.SLOT_TOO_MANY ? 1 : 0);
    }

    private int ownerQuota() {
      return quota > 0 && planted == Planted.QUOTA_TOO_HIGH ? quota + 1 : quota;
    }

    private Duration cloneLimit() {
      return planted == Planted.FORGETS_ITS_INTENTS ? Duration.ofHours(1) : Duration.ofMinutes(1);
    }

    private boolean dryRun() {
      return planted == Planted.DESTROYS_NOTHING;
    }

    private boolean sees(Machine machine) {
      return planted != Planted.LOOKS_IN_ITS_FOLDER_ALONE || machine.sign().inFolder();
    }
  }

  private final Lane lane = new Lane();
  private final ReplicaClocks clocks;
  private final Instances instances;
  private final Leases leases;
  private final Cordons cordons;
  private final LiveInstances live;
  private final HostHygiene hygiene;
  private final Reconciler reconciler;
  private final WarmPool warmPool;

  /**
   * Puts it together.
   *
   * @param name what the trace calls it
   * @param checkpoint told of each step: to die there
   */
  Replica(Simulation simulation, String name, Rules rules, Vertx vertx, CrashPoint checkpoint) {
    VirtualTime time = simulation.time();
    clocks = new ReplicaClocks(time, simulation.happens(Mishap.CLOCKS_APART));
    SimulatedDatabase database = simulation.database();
    Ledger ledger =
        MemoryLedger.open(
            database.tables(),
            rules.planted() == Planted.STAMPS_BY_ITS_OWN_CLOCK ? clocks : database.clock(),
            clocks::nanos,
            database.line(name, lane));
    VirtualRuntime runtime = new VirtualRuntime(time, lane, ledger.clock(), clocks::nanos);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    BrokerProcess process = new BrokerProcess(runtime.newId(), runtime, checkpoint, meters);
    SimulatedVCenter vcenter =
        new SimulatedVCenter(
            time,
            simulation.fleet(),
            lane,
            () -> simulation.goesWrong(Mishap.CALLS_FAIL),
            clocks::nanos,
            rules::sees);
    LedgerExecutor executor = new LedgerExecutor(ledger, CONNECTIONS, runtime);
    live = new LiveInstances(runtime.clock());
    cordons = new Cordons(executor);
    FleetState fleet = new FleetState(executor, live, vcenter);
    SlotAvailability availability =
        new SlotAvailability(
            cordons,
            new Quarantine(
                new FaultAttribution.Policy(3, 5),
                new Quarantine.Terms(
                    Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1)),
                host -> host,
                runtime.clock(),
                meters),
            new PendingSlots(live, "vCenter", meters));
    Reclaimer reclaimer =
        new Reclaimer(
            fleet, process, new DestroyBackoff(vcenter::lastKnown, runtime.clock(), meters), 48);
    Creations creations =
        new Creations(
            fleet,
            process,
            availability,
            reclaimer,
            new Creations.Limits(
                new Placement.Rules(PlacementPlanner.Policy.SPREAD, rules.slots(), 4, 48),
                Duration.ofMinutes(4),
                Duration.ofSeconds(20),
                rules.ownerQuota()),
            new CreateReport(meters, Traces.to(Optional.empty(), "simulation")));
    Provisioning provisioning = new Provisioning(creations, reclaimer);
    leases =
        new Leases(
            executor, reclaimer, INTERVAL.multipliedBy(3), rules.dryRun(), runtime.clock(), meters);
    instances = new Instances(fleet, process, provisioning, leases);
    hygiene =
        new HostHygiene(
            new HostHygiene.Options(
                HygienePolicy.USUAL, Optional.empty(), false, OptionalInt.empty(), rules.slots()),
            fleet,
            process,
            provisioning,
            availability.quarantine(),
            new Probes(vertx, 22, runtime.clock()));
    reconciler =
        new Reconciler(
            new Reconciler.Options(
                INTERVAL,
                INTERVAL.multipliedBy(2),
                Duration.ofHours(1),
                rules.slots(),
                rules.dryRun(),
                new ReclaimPlanner.Policy(
                    rules.cutoff(),
                    Duration.ofMinutes(10),
                    rules.cloneLimit(),
                    INTERVAL.multipliedBy(3),
                    INTERVAL.dividedBy(2),
                    INTERVAL.multipliedBy(3),
                    10)),
            ledger,
            fleet,
            process,
            reclaimer,
            new SubReconcilers(
                cordons,
                leases,
                new SlotFollower(ledger, live, rules.slots(), meters),
                new HostWatch(live, meters),
                hygiene));
    warmPool =
        new WarmPool(
            new WarmPool.Options(
                List.of(new WarmPoolPlanner.Policy("image-1", 1, 2, Duration.ofMinutes(5))),
                Duration.ofMinutes(2)),
            fleet,
            process,
            provisioning,
            cordons,
            addresses -> CompletableFuture.completedFuture(!addresses.isEmpty()));
  }

  /**
   * Begins its work.
   *
   * @throws io.macpool.brain.ledger.database.LedgerException if there is no database
   */
  void begin() {
    reconciler.start();
    warmPool.start();
  }

  /** Its clocks, which others may set. */
  ReplicaClocks clocks() {
    return clocks;
  }

  Lane lane() {
    return lane;
  }

  Instances instances() {
    return instances;
  }

  /** What waits for an owner, as far as it knows. */
  Set<String> warm() {
    return live.all().stream()
        .filter(Instance::isWarm)
        .map(Instance::id)
        .collect(Collectors.toSet());
  }

  Leases leases() {
    return leases;
  }

  Cordons cordons() {
    return cordons;
  }

  /** Dies at once; what it asked of vCenter goes on there. */
  void crash() {
    lane.kill();
    hygiene.close();
  }
}
