package io.macpool.brain.ledger;

import io.macpool.brain.ledger.database.DatabaseClock;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.ReclaimPlanner;
import io.macpool.core.fleet.lease.Lease;
import io.macpool.core.fleet.placement.SlotMovePlanner.Holding;
import io.macpool.core.fleet.placement.SlotMovePlanner.Move;
import io.macpool.core.hygiene.HostHygienePlanner;
import io.macpool.core.hygiene.HostRepair;
import io.macpool.core.hygiene.HygieneAction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One replica's view of {@link MemoryTables}: it keeps the ledger's contract, and reservations are
 * made by the real one's code. Shared, as PostgreSQL is.
 */
public final class MemoryLedger extends Ledger {

  /** The way to the database and back, on which much may happen. */
  public interface Line {

    /** Nothing happens on it, and this replica leads. */
    Line GOOD =
        new Line() {
          @Override
          public void asks(String what) {
            // It is heard.
          }

          @Override
          public void answered(String what) {
            // It is heard.
          }

          @Override
          public boolean leads() {
            return true;
          }
        };

    /**
     * Before a transaction.
     *
     * @throws io.macpool.brain.ledger.database.LedgerException if there is to be none
     */
    void asks(String what);

    /**
     * After a transaction.
     *
     * @throws io.macpool.brain.ledger.database.LedgerException if it was done and its answer is
     *     lost
     */
    void answered(String what);

    /** Whether this replica holds the leader's lock now. */
    boolean leads();
  }

  private final MemoryTables tables;
  private final Clock databases;
  private final LongSupplier nanos;
  private final Optional<DatabaseClock> own;
  private final Line line;

  private MemoryLedger(
      MemoryTables tables,
      Clock databases,
      LongSupplier nanos,
      Clock stamps,
      Optional<DatabaseClock> own,
      Line line) {
    super(stamps);
    this.tables = tables;
    this.databases = databases;
    this.nanos = nanos;
    this.own = own;
    this.line = line;
  }

  /** As {@link Ledger#open(io.macpool.service.database.DatabaseAddress, int, Clock)}. */
  static MemoryLedger stamping(MemoryTables tables, Clock databases, Clock stamps) {
    return new MemoryLedger(
        tables, databases, System::nanoTime, stamps, Optional.empty(), Line.GOOD);
  }

  /**
   * As {@link Ledger#open(io.macpool.service.database.DatabaseAddress, int)}: it stamps by the
   * database's clock as it knows it.
   *
   * @param databases the database's clock
   * @param nanos the replica's monotonic time
   */
  public static MemoryLedger open(
      MemoryTables tables, Clock databases, LongSupplier nanos, Line line) {
    DatabaseClock clock = new DatabaseClock(databases.instant(), nanos);
    return new MemoryLedger(tables, databases, nanos, clock, Optional.of(clock), line);
  }

  private <T> T transaction(String what, Supplier<T> work) {
    line.asks(what);
    T answer = tables.transaction(work);
    line.answered(what);
    return answer;
  }

  private void transaction(String what, Runnable work) {
    transaction(
        what,
        () -> {
          work.run();
          return true;
        });
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public boolean hasHistory() {
    return transaction("look for a past", () -> !tables.instances.isEmpty());
  }

  @Override
  public <R> List<Reservation<R>> reserve(
      List<Intent> intents, int ownerQuota, Reservation.Chooser<R> chooser) {
    return transaction(
        "reserve",
        () -> Reserving.reserve(tables, intents, ownerQuota, clock().instant(), chooser));
  }

  @Override
  public Optional<Instance> findByKey(String owner, String key) {
    Intent.Key wanted = new Intent.Key(owner, key);
    return transaction(
        "look for a key",
        () ->
            Optional.ofNullable(tables.given(Set.of(wanted)).get(wanted))
                .map(Intent.Given::instance));
  }

  @Override
  public void adopt(Instance found) {
    transaction(
        "adopt",
        () -> {
          if (!tables.instances.has(found.id())) {
            SlotRows.Slots slots = tables.slots();
            tables.insert(List.of(found));
            tables.take(slots, roomFor(Optional.of(found), slots));
          }
        });
  }

  private static List<Instance> roomFor(Optional<Instance> one, SlotRows.Slots slots) {
    return one
        .filter(i -> i.host().filter(host -> slots.free().containsKey(host)).isPresent())
        .stream()
        .toList();
  }

  @Override
  public List<Instance> move(BiFunction<List<Holding>, Map<String, Integer>, List<Move>> planner) {
    return transaction(
        "move",
        () -> {
          SlotRows.Slots slots = tables.slots();
          List<Holding> holdings =
              tables.liveInstances().stream()
                  .map(i -> new Holding(i.id(), i.host(), slots.holders().contains(i.id())))
                  .toList();
          return moved(planner.apply(holdings, slots.all()));
        });
  }

  private List<Instance> moved(List<Move> moves) {
    List<Instance> moved = new ArrayList<>();
    List<Instance> slotted = new ArrayList<>();
    for (Move move : moves) {
      Optional<Instance> before = tables.instances.find(move.id());
      if (before
          .filter(i -> InstanceEvent.MOVED.next(i, Optional.empty()).isPresent())
          .isPresent()) {
        Instance after = before.get().movedTo(move.host());
        moved.add(after);
        if (move.slotted()) {
          slotted.add(after);
        }
      }
    }
    tables.update(moved);
    tables.free(ids(moved));
    tables.take(tables.slots(), slotted);
    return moved;
  }

  private static Set<String> ids(List<Instance> instances) {
    Set<String> ids = new HashSet<>();
    instances.forEach(instance -> ids.add(instance.id()));
    return ids;
  }

  @Override
  public List<Transition.Outcome> advance(List<Transition> transitions) {
    return transaction(
        "advance",
        () -> {
          List<Transition.Outcome> outcomes = tables.advance(transitions, clock().instant());
          tables.free(
              ids(
                  outcomes.stream()
                      .filter(Transition.Outcome::happened)
                      .flatMap(outcome -> outcome.now().stream())
                      .filter(instance -> instance.phase() == InstancePhase.GONE)
                      .toList()));
          return outcomes;
        });
  }

  @Override
  public Optional<Instance> find(String id) {
    return transaction("find", () -> tables.instances.find(id));
  }

  @Override
  public List<Instance> closed(Set<String> ids) {
    return transaction(
        "look for closed records",
        () ->
            ids.stream()
                .sorted()
                .map(tables.instances::find)
                .flatMap(Optional::stream)
                .filter(instance -> instance.phase() == InstancePhase.GONE)
                .toList());
  }

  @Override
  public void identify(List<Instance> instances) {
    transaction(
        "identify",
        () ->
            instances.forEach(
                shown ->
                    tables
                        .instances
                        .find(shown.id())
                        .filter(instance -> instance.phase() != InstancePhase.GONE)
                        .ifPresent(
                            i ->
                                tables.instances.put(
                                    i.id(), i.shownBy(shown.ref().orElseThrow(), shown.uuid())))));
  }

  @Override
  public Optional<Instance> reopen(String id) {
    return transaction(
        "reopen",
        () -> {
          SlotRows.Slots slots = tables.slots();
          Transition.Outcome outcome =
              tables
                  .advance(
                      List.of(Transition.of(id, InstanceEvent.RETURNED, "it is back")),
                      clock().instant())
                  .get(0);
          Optional<Instance> open = outcome.now().filter(instance -> outcome.happened());
          tables.take(slots, roomFor(open, slots));
          return open;
        });
  }

  @Override
  public List<Instance> live() {
    return transaction("list instances", tables::liveInstances);
  }

  @Override
  public List<String> history(String id) {
    return transaction("read a history", () -> tables.histories.find(id).orElse(List.of()));
  }

  @Override
  public void syncSlots(Set<String> hosts, int slotsPerHost) {
    transaction("set up slots", () -> tables.sync(hosts, slotsPerHost));
  }

  @Override
  public SlotUse slotUse() {
    return transaction(
        "count slots", () -> SlotRows.use(tables.slots(), tables.live(), tables.cordons()));
  }

  @Override
  public Map<String, Cordon> cordons() {
    return transaction("read cordons", tables::allCordons);
  }

  @Override
  public Map<String, Host.Body> cordoned() {
    return transaction(
        "read what is cordoned",
        () -> {
          Map<String, Host.Body> bodies = new HashMap<>();
          tables.cordons.rows().forEach((host, row) -> bodies.put(host, row.body()));
          return bodies;
        });
  }

  @Override
  public void cordonFollows(String before, Host host) {
    transaction("let a cordon follow", () -> tables.cordonFollows(before, host));
  }

  @Override
  public void cordon(String host, Optional<Cordon> cordon) {
    transaction("cordon", () -> tables.cordon(host, cordon));
  }

  @Override
  public HygieneRecord hygiene() {
    return transaction("read the hosts' repairs", tables::hygieneNow);
  }

  @Override
  public boolean keep(HygieneRecord from, HostHygienePlanner.Plan plan) {
    return transaction(
        "keep the hosts' repairs",
        () -> {
          if (tables.hygieneNow().version() != from.version() || !mayReboot(plan)) {
            return false;
          }
          tables.hygiene.put("", new HygieneRecord(from.version() + 1, plan.next()));
          cordon(plan.next().repairs());
          return true;
        });
  }

  private boolean mayReboot(HostHygienePlanner.Plan plan) {
    Map<String, Cordon> cordons = tables.allCordons();
    return plan.actions().stream()
        .filter(HygieneAction.AskReboot.class::isInstance)
        .allMatch(ask -> isOurs(cordons.get(ask.host())) && tables.isFree(ask.host()));
  }

  private static boolean isOurs(Cordon cordon) {
    return cordon != null && cordon.by().equals(Optional.of(HYGIENE));
  }

  private void cordon(Map<String, HostRepair> repairs) {
    Map<String, Cordon> cordons = tables.allCordons();
    cordons.forEach(
        (host, cordon) -> {
          HostRepair repair = repairs.get(host);
          if (isOurs(cordon) && (repair == null || !repair.phase().isOut())) {
            tables.cordon(host, Optional.empty());
          }
        });
    for (HostRepair repair : repairs.values()) {
      if (repair.phase().isOut() && !cordons.containsKey(repair.host())) {
        tables.cordon(
            repair.host(),
            Optional.of(
                new Cordon(
                    Cordon.Kind.DRAINING,
                    repair.fault().reason(),
                    Optional.of(clock().instant()),
                    Optional.of(HYGIENE))));
      }
    }
  }

  @Override
  public void renew(Lease lease) {
    transaction(
        "renew a lease",
        () ->
            tables.leases.put(
                new MemoryTables.OwnersKey(lease.owner(), lease.id()),
                new Lease(
                    lease.owner(),
                    lease.id(),
                    InstanceRows.precise(databases.instant()),
                    lease.duration())));
  }

  @Override
  public void lease(String instance, String owner, String lease) {
    transaction(
        "lease", () -> tables.leased.put(instance, new MemoryTables.OwnersKey(owner, lease)));
  }

  @Override
  public boolean isLeaseTaken(String owner, String lease) {
    return transaction(
        "look for a lease", () -> tables.leases.has(new MemoryTables.OwnersKey(owner, lease)));
  }

  @Override
  public List<Lease> leases() {
    return transaction("list leases", () -> List.copyOf(tables.leases.all()));
  }

  @Override
  public List<String> leased(String owner, String lease) {
    return transaction("list what a lease holds", () -> tables.wantedUnderLease(owner, lease));
  }

  @Override
  public void disownLeased(String owner, String lease) {
    transaction(
        "give up what a lease held",
        () ->
            tables.advance(
                tables.underLease(owner, lease).stream()
                    .filter(i -> i.phase() == InstancePhase.GONE)
                    .filter(i -> i.reason().equals(ReclaimPlanner.VANISHED))
                    .map(i -> Transition.of(i.id(), InstanceEvent.DISOWNED, "lease given up"))
                    .toList(),
                clock().instant()));
  }

  @Override
  public void endLease(String owner, String lease) {
    MemoryTables.OwnersKey key = new MemoryTables.OwnersKey(owner, lease);
    transaction(
        "end a lease",
        () -> {
          tables.leased.removeIf(row -> row.getValue().equals(key));
          tables.leases.remove(key);
        });
  }

  @Override
  public Heartbeat heartbeat(String broker, Duration trust) {
    long asked = nanos.getAsLong();
    Heartbeat heartbeat =
        transaction(
            "say that a broker lives",
            () -> {
              Instant now = InstanceRows.precise(databases.instant());
              tables.brokers.put(broker, now);
              Set<String> living = new HashSet<>();
              tables
                  .brokers
                  .rows()
                  .forEach(
                      (id, seen) -> {
                        if (seen.isAfter(now.minus(trust))) {
                          living.add(id);
                        }
                      });
              return new Heartbeat(now, living, tables.brokers.rows().keySet());
            });
    own.ifPresent(clock -> clock.set(heartbeat.now(), asked));
    return heartbeat;
  }

  @Override
  public void begin() {
    // Others may use it.
  }

  @Override
  public void farewell(String broker) {
    transaction("say farewell", () -> tables.brokers.remove(broker));
  }

  @Override
  public int purge(Instant then, int most, Set<String> keep) {
    return transaction(
        "purge",
        () -> {
          tables.brokers.removeIf(row -> row.getValue().isBefore(then));
          tables.leases.removeIf(row -> row.getValue().renewedAt().isBefore(then));
          return tables.purge(then, most, keep);
        });
  }

  @Override
  public boolean leads() {
    return line.leads();
  }

  @Override
  public void close() {
    // What it holds is everybody's.
  }
}
