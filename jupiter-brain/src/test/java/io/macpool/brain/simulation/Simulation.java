package io.macpool.brain.simulation;

import io.macpool.brain.ledger.MemoryTables;
import io.macpool.brain.ledger.MemoryTables.Spoilt;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A fleet, its brokers and their clients through a bad hour, by one seed; then a quiet one. */
final class Simulation {

  /** Everything that is known to go wrong. */
  static final Set<Mishap> ALL = EnumSet.allOf(Mishap.class);

  /**
   * How it went.
   *
   * @param fingerprint of all that happened: the same for the same seed
   */
  record Result(long events, int handedOver, int crashes, Duration simulated, String fingerprint) {}

  private static final Duration BAD = Duration.ofMinutes(30);
  private static final Duration QUIET = Duration.ofMinutes(22);
  private static final Duration RESTART_MOST = Duration.ofSeconds(8);

  private final Set<Mishap> kinds;
  private final Replica.Rules rules;
  private final Random chance;
  private final VirtualTime time;
  private final SimulatedFleet fleet;
  private final SimulatedDatabase database;
  private final Promises promises;
  private final Vertx vertx;
  private final List<Replica> replicas = new ArrayList<>();
  private final Set<String> cordoned = new TreeSet<>();
  private final VirtualTime.Lane world = new VirtualTime.Lane();
  private boolean bad = true;
  private int started;
  private int crashes;
  private int dieAfter;

  /**
   * @param kinds what goes wrong
   * @param whole told of all that happens
   */
  Simulation(long seed, Set<Mishap> kinds, Planted planted, Vertx vertx, Consumer<String> whole) {
    this.kinds = kinds;
    chance = new Random(seed);
    time = new VirtualTime(chance);
    fleet = new SimulatedFleet(time, 2 + chance.nextInt(4), 2);
    int quota = chance.nextInt(3) == 0 ? 0 : 1 + chance.nextInt(3);
    rules = new Replica.Rules(quota, planted);
    promises = new Promises(time, fleet, quota, whole);
    MemoryTables tables = new MemoryTables(promises::placed);
    tables.spoil(spoilt(planted));
    database =
        new SimulatedDatabase(
            time, tables, promises::trace, () -> goesWrong(Mishap.TRANSACTION_FAILS));
    this.vertx = vertx;
  }

  private static Spoilt spoilt(Planted planted) {
    return switch (planted) {
      case BLIND_TO_CORDONS -> Spoilt.BLIND_TO_CORDONS;
      case KEYS_ARE_EVERYBODYS -> Spoilt.KEYS_ARE_EVERYBODYS;
      default -> Spoilt.NOT;
    };
  }

  VirtualTime time() {
    return time;
  }

  SimulatedFleet fleet() {
    return fleet;
  }

  SimulatedDatabase database() {
    return database;
  }

  Promises promises() {
    return promises;
  }

  VirtualTime.Lane world() {
    return world;
  }

  /** Whether things of that kind happen in this simulation. */
  boolean happens(Mishap kind) {
    return kinds.contains(kind);
  }

  /** Whether they do now. */
  boolean goesWrong(Mishap kind) {
    return bad && happens(kind);
  }

  /** Whether anything may go wrong now. */
  boolean isBad() {
    return bad;
  }

  /** One that lives, if any does. */
  Optional<Replica> any() {
    List<Replica> alive = replicas.stream().filter(r -> r.lane().isAlive()).toList();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(chance.nextInt(alive.size())));
  }

  /** Whether a host may be cordoned: not all, and none twice. */
  boolean cordon(String host) {
    return cordoned.size() < fleet.hosts().size() - 1 && cordoned.add(host);
  }

  void uncordoned(String host) {
    cordoned.remove(host);
  }

  Result run() {
    int count = 1 + chance.nextInt(3);
    for (int i = 0; i < count; i++) {
      start();
    }
    SimulatedClients clients = new SimulatedClients(this, 3 + chance.nextInt(8));
    clients.begin();
    new Mishaps(this, List.copyOf(new TreeSet<>(kinds))).begin();
    time.pass(BAD, promises::check);
    bad = false;
    clients.stop();
    time.pass(QUIET, promises::check);
    promises.checkNoLeak(any().orElseThrow().warm(), database.tables().ids());
    replicas.forEach(Replica::crash);
    return new Result(
        time.happened(), promises.handedOver(), crashes, BAD.plus(QUIET), promises.fingerprint());
  }

  /** Starts one; if it finds no database it ends, and is started again. */
  void start() {
    String name = "replica-" + ++started;
    promises.note(name + " starts");
    Replica[] self = new Replica[1];
    self[0] = new Replica(this, name, rules, vertx, step -> passed(self[0], step));
    replicas.add(self[0]);
    try {
      self[0].begin();
    } catch (LedgerException e) {
      promises.note(name + " can't start: " + e.getMessage());
      end(self[0]);
    }
  }

  /** The one that passes the so-manieth step from now on dies there. */
  void dieAfter(int steps) {
    dieAfter = steps;
  }

  /** A replica may die at any of its steps. */
  private void passed(Replica replica, CrashPoint.Step step) {
    if (replica == null) {
      return;
    }
    replica.lane().check();
    if (dieAfter > 0 && --dieAfter == 0) {
      kill(replica, step.name());
      replica.lane().check();
    }
  }

  void kill(Replica replica, String where) {
    promises.note("a replica dies: " + where);
    crashes++;
    end(replica);
  }

  private void end(Replica replica) {
    replica.crash();
    replicas.remove(replica);
    time.in(time.between(Duration.ofMillis(200), RESTART_MOST), world, this::start);
  }
}
