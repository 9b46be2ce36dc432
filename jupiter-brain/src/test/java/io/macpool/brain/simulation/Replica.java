package io.macpool.brain.simulation;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.MemoryLedger;
import io.macpool.brain.ledger.MemoryTables;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.WarmPool;
import io.macpool.brain.lifecycle.create.CreateReport;
import io.macpool.brain.lifecycle.create.Creations;
import io.macpool.brain.lifecycle.create.WarmInstances;
import io.macpool.brain.lifecycle.execution.Checkpoint;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.reclaim.DestroyBackoff;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.reconcile.Reconciler;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.HostWatch;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.brain.lifecycle.slots.PendingSlots;
import io.macpool.brain.lifecycle.slots.Placement;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.brain.lifecycle.slots.SlotFollower;
import io.macpool.brain.simulation.VirtualTime.Lane;
import io.macpool.core.fleet.Instance;
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
   * What the broker goes by, true to the fleet or, to see that this is found, not.
   *
   * @param cutoff the longest that an instance may be up
   * @param slots that it thinks each host has
   * @param dryRun only say what would be destroyed
   */
  record Rules(Duration cutoff, int slots, boolean dryRun) {
    static final Rules TRUE = new Rules(Duration.ofMinutes(20), SimulatedFleet.SLOTS, false);
  }

  private final Lane lane = new Lane();
  private final Instances instances;
  private final Leases leases;
  private final Cordons cordons;
  private final LiveInstances live;
  private final HostHygiene hygiene;

  /**
   * Starts it.
   *
   * @param checkpoint told of each step: to die there
   */
  Replica(
      Simulation simulation, Rules rules, Vertx vertx, MemoryTables tables, Checkpoint checkpoint) {
    VirtualTime time = simulation.time();
    VirtualRuntime runtime = new VirtualRuntime(time, lane);
    String broker = runtime.newId();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Ledger ledger =
        MemoryLedger.open(
            tables,
            time,
            time::nanos,
            new MemoryLedger.Line() {
              @Override
              public void asks(String what) {
                lane.check();
                time.others();
                lane.check();
              }

              @Override
              public void answered(String what) {
                lane.check();
                time.others();
                lane.check();
              }

              @Override
              public boolean leads() {
                return simulation.leads(Replica.this);
              }
            });
    SimulatedVCenter vcenter =
        new SimulatedVCenter(time, simulation.fleet(), lane, simulation::faulty);
    LedgerExecutor executor = new LedgerExecutor(ledger, CONNECTIONS, runtime);
    live = new LiveInstances(time);
    cordons = new Cordons(executor);
    Reclaimer reclaimer =
        new Reclaimer(
            executor,
            live,
            vcenter,
            48,
            new DestroyBackoff(vcenter::lastKnown, time, meters),
            checkpoint,
            meters);
    Quarantine quarantine =
        new Quarantine(
            new FaultAttribution.Policy(3, 5),
            new Quarantine.Terms(
                Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1)),
            host -> host,
            time,
            meters);
    WarmInstances warm = new WarmInstances(live, reclaimer, broker, time);
    Creations creations =
        new Creations(
            executor,
            live,
            new PendingSlots(live, meters),
            vcenter,
            reclaimer,
            cordons,
            quarantine,
            warm,
            new Creations.Limits(
                new Placement.Rules(PlacementPlanner.Policy.SPREAD, rules.slots(), 4, 48),
                Duration.ofMinutes(4),
                Duration.ofSeconds(20),
                0),
            broker,
            checkpoint,
            runtime,
            new CreateReport(meters, Traces.to(Optional.empty(), "simulation")));
    leases =
        new Leases(executor, reclaimer, INTERVAL.multipliedBy(3), rules.dryRun(), time, meters);
    instances =
        new Instances(
            executor, live, vcenter, creations, reclaimer, leases, broker, checkpoint, time);
    hygiene =
        new HostHygiene(
            new HostHygiene.Options(
                HygienePolicy.USUAL, Optional.empty(), false, OptionalInt.empty()),
            rules.slots(),
            22,
            vertx,
            vcenter,
            executor,
            live,
            creations,
            reclaimer,
            quarantine,
            time,
            meters);
    new Reconciler(
            ledger,
            executor,
            live,
            vcenter,
            reclaimer,
            cordons,
            leases,
            new SlotFollower(ledger, live, rules.slots(), meters),
            new HostWatch(live, meters),
            hygiene,
            broker,
            new Reconciler.Options(
                INTERVAL,
                INTERVAL.multipliedBy(2),
                Duration.ofHours(1),
                rules.slots(),
                rules.dryRun(),
                new ReclaimPlanner.Policy(
                    rules.cutoff(),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(1),
                    INTERVAL.multipliedBy(3),
                    INTERVAL.dividedBy(2),
                    INTERVAL.multipliedBy(3),
                    10)),
            runtime,
            meters)
        .start();
    new WarmPool(
            List.of(new WarmPoolPlanner.Policy("image-1", 1, 2, Duration.ofMinutes(5))),
            Duration.ofMinutes(2),
            addresses -> CompletableFuture.completedFuture(!addresses.isEmpty()),
            executor,
            live,
            vcenter,
            creations,
            warm,
            reclaimer,
            cordons,
            runtime,
            meters)
        .start();
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
