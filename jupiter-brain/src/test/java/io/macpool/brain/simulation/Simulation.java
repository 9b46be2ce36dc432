package io.macpool.brain.simulation;

import io.macpool.brain.ledger.MemoryTables;
import io.macpool.brain.lifecycle.execution.Checkpoint;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A fleet, its brokers and their clients through a bad hour, by one seed; then a quiet one. */
final class Simulation {

  /**
   * How it went.
   *
   * @param fingerprint the same for the same seed
   */
  record Result(long events, int handedOver, int crashes, Duration simulated, int fingerprint) {}

  private static final Duration BAD = Duration.ofMinutes(30);
  private static final Duration QUIET = Duration.ofMinutes(22);
  private static final Duration RESTART_MOST = Duration.ofSeconds(8);

  private final Replica.Rules rules;
  private final Random chance;
  private final VirtualTime time;
  private final SimulatedFleet fleet;
  private final Promises promises;
  private final Vertx vertx;
  private final MemoryTables tables = new MemoryTables((id, host) -> {});
  private final List<Replica> replicas = new ArrayList<>();
  private final VirtualTime.Lane world = new VirtualTime.Lane();
  private Replica leader;
  private boolean faulty = true;
  private int crashes;
  private int dieAfter;

  Simulation(long seed, Replica.Rules rules, Vertx vertx) {
    this.rules = rules;
    chance = new Random(seed);
    time = new VirtualTime(chance);
    fleet = new SimulatedFleet(time, 2 + chance.nextInt(4), 2);
    promises = new Promises(time, fleet);
    this.vertx = vertx;
  }

  VirtualTime time() {
    return time;
  }

  SimulatedFleet fleet() {
    return fleet;
  }

  Promises promises() {
    return promises;
  }

  /** Whether requests to vCenter are lost now. */
  boolean faulty() {
    return faulty;
  }

  /** Whether the replica holds the lock of whoever leads; the first that asks gets it. */
  boolean leads(Replica replica) {
    if (leader == null || !leader.lane().isAlive()) {
      leader = replica;
    }
    return leader == replica;
  }

  /** One that lives, if any does. */
  Optional<Replica> any() {
    List<Replica> alive = replicas.stream().filter(r -> r.lane().isAlive()).toList();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(chance.nextInt(alive.size())));
  }

  Result run() {
    int count = 1 + chance.nextInt(3);
    for (int i = 0; i < count; i++) {
      start();
    }
    SimulatedClients clients = new SimulatedClients(this, 3 + chance.nextInt(8));
    clients.begin();
    mishaps();
    time.pass(BAD, promises::check);
    faulty = false;
    clients.stop();
    time.pass(QUIET, promises::check);
    promises.checkNoLeak(any().orElseThrow().warm());
    replicas.forEach(Replica::crash);
    return new Result(
        time.happened(), promises.handedOver(), crashes, BAD.plus(QUIET), promises.fingerprint());
  }

  private void start() {
    promises.note("a replica starts");
    Replica[] self = new Replica[1];
    self[0] = new Replica(this, rules, vertx, tables, step -> passed(self[0], step));
    replicas.add(self[0]);
  }

  /** A replica may die at any of its steps. */
  private void passed(Replica replica, Checkpoint.Step step) {
    if (replica == null) {
      return;
    }
    replica.lane().check();
    if (dieAfter > 0 && --dieAfter == 0) {
      kill(replica, step.name());
      replica.lane().check();
    }
  }

  private void kill(Replica replica, String where) {
    promises.note("a replica dies: " + where);
    crashes++;
    replica.crash();
    replicas.remove(replica);
    time.in(time.between(Duration.ofMillis(200), RESTART_MOST), world, this::start);
  }

  private void mishaps() {
    time.in(
        time.between(Duration.ofSeconds(5), Duration.ofSeconds(90)),
        world,
        () -> {
          if (!faulty) {
            return;
          }
          mishap();
          mishaps();
        });
  }

  private void mishap() {
    switch (chance.nextInt(6)) {
      case 0 -> {
        Duration length = time.between(Duration.ofSeconds(1), Duration.ofMinutes(2));
        promises.note("vCenter is away for " + length);
        fleet.goAway(length);
      }
      case 1 -> {
        String host = fleet.hosts().get(chance.nextInt(fleet.hosts().size()));
        Duration length = time.between(Duration.ofSeconds(1), Duration.ofMinutes(3));
        promises.note(host + " is out of reach for " + length);
        fleet.lose(host, length);
      }
      case 2 -> any().ifPresent(replica -> kill(replica, "killed"));
      case 3, 4 -> dieAfter = 1 + chance.nextInt(12);
      default ->
          fleet.machines().stream()
              .skip(chance.nextInt(4))
              .findFirst()
              .ifPresent(
                  vm -> {
                    promises.letGo(vm.instance(), "somebody destroyed it");
                    fleet.vandalise(vm);
                  });
    }
  }
}
