package io.macpool.brain.ledger;

import io.macpool.brain.ledger.database.DatabaseClock;
import io.macpool.brain.ledger.database.LedgerDatabase;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.lease.Lease;
import io.macpool.core.fleet.placement.SlotMovePlanner.Holding;
import io.macpool.core.fleet.placement.SlotMovePlanner.Move;
import io.macpool.core.hygiene.HostHygienePlanner;
import io.macpool.service.database.DatabaseAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The ledger. Every method waits for the database, so none may be called on an event loop. Outside
 * of this package nobody can make another kind of it: the one there is, in memory, is the
 * simulation's, and keeps the same contract.
 */
public class Ledger implements AutoCloseable {

  /** Who sets the cordons that keep hosts under repair free. */
  public static final String HYGIENE = "host hygiene";

  private static final String IN_MEMORY = "in-memory";

  private final LedgerDatabase database;
  private final Clock clock;
  private final DatabaseClock shared;
  private final String id;

  private Ledger(DatabaseAddress address, LedgerDatabase database, Optional<Clock> clock) {
    // In memory nothing outlives the process: the next one must know the clones of the last.
    this(database, address.isVolatile() ? IN_MEMORY : readId(database), clock);
    readTime();
  }

  private Ledger(LedgerDatabase database, String id, Optional<Clock> clock) {
    this.database = database;
    this.shared = new DatabaseClock(Instant.EPOCH);
    this.clock = clock.orElse(shared);
    this.id = id;
  }

  private static String readId(LedgerDatabase database) {
    return database.read(
        "read its id",
        handle ->
            handle.createQuery("SELECT id FROM jupiter_brain.ledgers").mapTo(String.class).one());
  }

  private void readTime() {
    long asked = System.nanoTime();
    shared.set(
        database.read(
            "read the time",
            handle ->
                handle
                    .createQuery("SELECT CURRENT_TIMESTAMP")
                    .map((row, context) -> row.getObject(1, OffsetDateTime.class).toInstant())
                    .one()),
        asked);
  }

  /** What clones made under this ledger are marked with; the same for all its brokers. */
  public String id() {
    return id;
  }

  /** The one clock by which everything is on record: the database's, as far as it is known here. */
  public Clock clock() {
    return clock;
  }

  /**
   * Connects, and brings the tables to this version.
   *
   * @throws LedgerException if the database is not there or its tables can't be migrated
   */
  public static Ledger open(DatabaseAddress address, int connections) {
    return new Ledger(
        address,
        LedgerDatabase.open(address, connections, LedgerDatabase.Limits.USUAL),
        Optional.empty());
  }

  /** As {@link #open(DatabaseAddress, int)}, stamping what is recorded by another clock. */
  public static Ledger open(DatabaseAddress address, int connections, Clock clock) {
    return open(address, connections, LedgerDatabase.Limits.USUAL, clock);
  }

  static Ledger open(
      DatabaseAddress address, int connections, LedgerDatabase.Limits limits, Clock clock) {
    return new Ledger(
        address, LedgerDatabase.open(address, connections, limits), Optional.of(clock));
  }

  /** One that has no database: whoever makes it does all that a ledger does. */
  @SuppressWarnings("NullAway") // nothing of it asks the database: each method is overridden
  Ledger(Clock clock) {
    this(null, IN_MEMORY, Optional.of(clock));
  }

  /** For tests that look at, or hold up, single statements. */
  LedgerDatabase database() {
    return database;
  }

  /** Whether several brokers may work with this ledger. */
  public boolean isShared() {
    return database.isShared();
  }

  /** Whether any instance was ever recorded: a ledger without a past can't tell orphans. */
  public boolean hasHistory() {
    return database.read(
        "look for a past",
        handle ->
            handle
                    .createQuery("SELECT count(*) FROM jupiter_brain.instances")
                    .mapTo(Integer.class)
                    .one()
                > 0);
  }

  /**
   * Puts intents on record, and takes a slot for each on the host that {@code chooser} names when
   * shown what is held at this moment; or hands over what waits warm. Serial over all replicas; if
   * it fails, nothing is on record.
   *
   * @param ownerQuota instances that one owner may hold; 0: no limit
   * @return what became of each, in their order
   */
  public <R> List<Reservation<R>> reserve(
      List<Intent> intents, int ownerQuota, Reservation.Chooser<R> chooser) {
    return database.writeAlone(
        "reserve " + (intents.size() == 1 ? "a slot" : intents.size() + " slots"),
        handle ->
            Reserving.reserve(
                new ReservationBook.Tables(handle), intents, ownerQuota, clock.instant(), chooser));
  }

  /** As {@link #reserve(List, int, Reservation.Chooser)} without a quota. */
  public <R> List<Reservation<R>> reserve(List<Intent> intents, Reservation.Chooser<R> chooser) {
    return reserve(intents, 0, chooser);
  }

  /** What an owner got under a key, unless that is being destroyed or gone. */
  public Optional<Instance> findByKey(String owner, String key) {
    Intent.Key wanted = new Intent.Key(owner, key);
    return database.read(
        "look for an idempotency key",
        handle ->
            Optional.ofNullable(KeyRows.byKeys(handle, Set.of(wanted)).get(wanted))
                .map(Intent.Given::instance));
  }

  /**
   * Records an instance that was found, with a slot on its host if one is free there. One without
   * takes up the room of one all the same.
   */
  public void adopt(Instance found) {
    database.writeAlone(
        "adopt " + found.id(),
        handle -> {
          if (InstanceRows.find(handle, found.id()).isEmpty()) {
            SlotRows.Slots slots = SlotRows.read(handle);
            boolean room = found.host().filter(host -> slots.free().containsKey(host)).isPresent();
            InstanceRows.insert(handle, List.of(found));
            SlotRows.take(handle, slots, room ? List.of(found) : List.of());
          }
          return null;
        });
  }

  /**
   * Records where instances are that somebody moved.
   *
   * @param planner decides when shown what is on record at this moment, and the slots by host
   * @return those that were moved, as they are then
   */
  public List<Instance> move(BiFunction<List<Holding>, Map<String, Integer>, List<Move>> planner) {
    return database.writeAlone(
        "let slots follow their machines",
        handle ->
            StrayRows.move(
                handle, planner.apply(StrayRows.holdings(handle), SlotRows.read(handle).all())));
  }

  /** One transition, see {@link #advance(List)}. */
  public Transition.Outcome advance(Transition transition) {
    return advance(List.of(transition)).get(0);
  }

  /**
   * Lets things happen to instances, each if it can by {@link InstanceEvent}'s table at that
   * moment. A slot is free when its instance is {@code GONE}.
   *
   * @param transitions at most one of each instance
   * @return what came of each, in their order
   */
  public List<Transition.Outcome> advance(List<Transition> transitions) {
    return database.write(
        transitions.size() == 1
            ? "note " + transitions.get(0).event() + " of " + transitions.get(0).id()
            : "note what happened to " + transitions.size() + " instances",
        handle -> {
          List<Transition.Outcome> outcomes =
              InstanceRows.advance(handle, transitions, clock.instant());
          SlotRows.free(
              handle,
              outcomes.stream()
                  .filter(Transition.Outcome::happened)
                  .flatMap(outcome -> outcome.now().stream())
                  .filter(instance -> instance.phase() == InstancePhase.GONE)
                  .map(Instance::id)
                  .toList());
          return outcomes;
        });
  }

  public Optional<Instance> find(String id) {
    return database.read("look for " + id, handle -> InstanceRows.find(handle, id));
  }

  /** Those of these ids whose records are closed. */
  public List<Instance> closed(Set<String> ids) {
    return database.read("look for closed records", handle -> InstanceRows.closed(handle, ids));
  }

  /** Notes what the VMs of these instances are known by now. */
  public void identify(List<Instance> instances) {
    database.write(
        "note what VMs are known by",
        handle -> {
          InstanceRows.identify(handle, instances);
          return null;
        });
  }

  /**
   * Opens a record again whose machine is back, see {@link InstanceEvent#RETURNED}. It has a slot
   * on its host if one is free there; without one it takes up the room of one all the same.
   *
   * @return the instance, with its owner; empty if that can't happen to it
   */
  public Optional<Instance> reopen(String id) {
    return database.writeAlone(
        "open the record of " + id + " again",
        handle -> {
          SlotRows.Slots slots = SlotRows.read(handle);
          Transition.Outcome outcome =
              InstanceRows.advance(
                      handle,
                      List.of(Transition.of(id, InstanceEvent.RETURNED, "it is back")),
                      clock.instant())
                  .get(0);
          Optional<Instance> open = outcome.now().filter(instance -> outcome.happened());
          SlotRows.take(
              handle,
              slots,
              open
                  .filter(i -> i.host().filter(host -> slots.free().containsKey(host)).isPresent())
                  .stream()
                  .toList());
          return open;
        });
  }

  /** All instances that are not gone. */
  public List<Instance> live() {
    return database.read("list instances", InstanceRows::live);
  }

  /** An instance's transitions in order, for a person: time, phase, reason. */
  public List<String> history(String id) {
    return database.read("read the history of " + id, handle -> InstanceRows.history(handle, id));
  }

  /** Makes slot rows for these hosts, and removes free rows beyond them. */
  public void syncSlots(Set<String> hosts, int slotsPerHost) {
    database.writeAlone(
        "set up slots",
        handle -> {
          SlotRows.sync(handle, hosts, slotsPerHost);
          return null;
        });
  }

  public SlotUse slotUse() {
    return database.read(
        "count slots",
        handle ->
            SlotRows.use(SlotRows.read(handle), SlotRows.live(handle), CordonRows.all(handle)));
  }

  public Map<String, Cordon> cordons() {
    return database.read("read cordons", CordonRows::all);
  }

  /** What each cordoned host is known by, by its id as it was when last seen. */
  public Map<String, Host.Body> cordoned() {
    return database.read("read what is cordoned", CordonRows::bodies);
  }

  /** The cordon of {@code before} holds for this host from now on. */
  public void cordonFollows(String before, Host host) {
    database.write(
        "let a cordon follow " + host.name(),
        handle -> {
          CordonRows.follow(handle, before, host);
          return null;
        });
  }

  /**
   * Cordons a host, or lifts its cordon if there is none given. Beside no reservation: whatever is
   * reserved after this returns, at any replica, heeds it.
   */
  public void cordon(String host, Optional<Cordon> cordon) {
    database.writeAlone(
        "cordon " + host,
        handle -> {
          CordonRows.set(handle, host, cordon);
          return null;
        });
  }

  /** What is on record of the hosts' repairs. */
  public HygieneRecord hygiene() {
    return database.read("read the hosts' repairs", HygieneRows::read);
  }

  /**
   * Puts a plan for the hosts on record, with the cordons that it needs, beside no reservation.
   *
   * @param from what it was made from
   * @return false if that is no longer so, or something is on a host after all that would be asked
   *     to reboot: then nothing has changed, and it must be planned anew
   */
  public boolean keep(HygieneRecord from, HostHygienePlanner.Plan plan) {
    return database.writeAlone(
        "keep the hosts' repairs",
        handle -> HygieneRows.put(handle, from.version(), plan, clock.instant()));
  }

  /** Notes that a lease's holder was heard. */
  public void renew(Lease lease) {
    database.write(
        "renew a lease of " + lease.owner(),
        handle -> {
          LeaseRows.renew(handle, lease);
          return null;
        });
  }

  /** Puts an instance under its owner's lease. */
  public void lease(String instance, String owner, String lease) {
    database.write(
        "lease " + instance,
        handle -> {
          LeaseRows.put(handle, instance, owner, lease);
          return null;
        });
  }

  /** Whether a lease was renewed once, and not ended. */
  public boolean isLeaseTaken(String owner, String lease) {
    return database.read("look for a lease", handle -> LeaseRows.isTaken(handle, owner, lease));
  }

  public List<Lease> leases() {
    return database.read("list leases", LeaseRows::all);
  }

  /** Ids of what lives under a lease and is not yet to be destroyed. */
  public List<String> leased(String owner, String lease) {
    return database.read(
        "list what a lease holds", handle -> LeaseRows.instances(handle, owner, lease));
  }

  /** Notes that what a lease held and has gone from sight is wanted no more. */
  public void disownLeased(String owner, String lease) {
    database.write(
        "give up what a lease held",
        handle -> {
          List<Transition> disowned =
              LeaseRows.vanished(handle, owner, lease).stream()
                  .map(id -> Transition.of(id, InstanceEvent.DISOWNED, "lease given up"))
                  .toList();
          return disowned.isEmpty()
              ? List.of()
              : InstanceRows.advance(handle, disowned, clock.instant());
        });
  }

  /** Forgets a lease. */
  public void endLease(String owner, String lease) {
    database.write(
        "end a lease of " + owner,
        handle -> {
          LeaseRows.remove(handle, owner, lease);
          return null;
        });
  }

  /**
   * Says that this broker lives, and sets our clock by the database's.
   *
   * @param trust a broker that has said nothing for longer is not among those that live
   */
  public Heartbeat heartbeat(String broker, Duration trust) {
    long asked = System.nanoTime();
    Heartbeat heartbeat =
        database.write(
            "say that broker " + broker + " lives",
            handle -> BrokerRows.beat(handle, broker, trust));
    shared.set(heartbeat.now(), asked);
    return heartbeat;
  }

  /**
   * To be called by a broker that begins. If no other can use this ledger, those that used it
   * before it are gone, and what they left undone need not wait for their silence.
   */
  public void begin() {
    if (!database.isShared()) {
      database.write(
          "begin",
          handle -> {
            BrokerRows.removeAll(handle);
            return null;
          });
    }
  }

  /** This broker stops: whatever it left undone is for others at once. */
  public void farewell(String broker) {
    database.write(
        "say farewell",
        handle -> {
          BrokerRows.remove(handle, broker);
          return null;
        });
  }

  /**
   * Removes what has been gone since before {@code then}, and leases and brokers not heard of
   * since, in transactions of bounded size.
   *
   * @param most instances at most; the rest is for another time
   * @param keep ids that stay on record
   * @return how many instances were removed
   */
  public int purge(Instant then, int most, Set<String> keep) {
    database.write(
        "purge silent brokers and leases",
        handle -> {
          HistoryRows.purgeSilent(handle, then);
          return null;
        });
    int purged = 0;
    while (purged < most) {
      int some = Math.min(HistoryRows.BATCH, most - purged);
      int now =
          database.write(
              "purge old instances", handle -> HistoryRows.purge(handle, then, some, keep));
      purged += now;
      if (now < some) {
        break;
      }
    }
    return purged;
  }

  /**
   * Whether this process leads: janitor and warm pool run with the leader alone. Leadership lasts
   * as long as its connection, so a leader that dies is followed at once.
   */
  public boolean leads() {
    return database.leads();
  }

  @Override
  public void close() {
    database.close();
  }
}
