package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.fleet.lease.Lease;
import io.macpool.core.fleet.placement.SlotMovePlanner;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Every pair of the ledger's operations, in every order of their statements: what comes of it is
 * what would have come of one after the other, and whatever it is, no slot is held by what is gone,
 * nothing holds two, no key stands for two, and what has an owner is not retired.
 */
abstract class InterleavingContract {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  /** More find no other fault, and take minutes; {@code ledger.preemptions} sets another bound. */
  private static final int PREEMPTIONS = Integer.getInteger("ledger.preemptions", 2);

  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final List<String> TABLES =
      List.of(
          "instances", "slots", "transitions", "idempotency_keys", "cordons", "leases", "leased");

  abstract DatabaseAddress database();

  /** Whether that operation waits for a lock. */
  abstract boolean waits(Connection observer, int actor, Interleaving interleaving)
      throws SQLException;

  /** A ledger for that operation on the same database. */
  abstract Ledger open(int actor);

  final Connection connect() throws SQLException {
    DatabaseAddress address = database();
    return DriverManager.getConnection(
        address.jdbcUrl(),
        address.user().orElse(null),
        address.password().map(Secret::reveal).orElse(null));
  }

  private static Instance wanted(String id, Ownership ownership) {
    return Instance.requested(id, "xcode", ownership, Instance.Size.AS_IMAGE, "broker-1", NOW);
  }

  private static List<Reservation.Choice<String>> place(SlotUse use, List<Instance> wanted) {
    List<Reservation.Choice<String>> choices = new ArrayList<>();
    Map<String, Integer> free = new LinkedHashMap<>();
    for (String host : List.of("host-1", "host-2")) {
      if (!use.cordons().containsKey(host)) {
        free.put(host, use.slots().getOrDefault(host, 0) - use.taken().getOrDefault(host, 0));
      }
    }
    for (int i = 0; i < wanted.size(); i++) {
      Optional<String> host =
          free.entrySet().stream().filter(e -> e.getValue() > 0).map(Map.Entry::getKey).findFirst();
      host.ifPresent(h -> free.merge(h, -1, Integer::sum));
      choices.add(
          host.<Reservation.Choice<String>>map(Reservation.Choice.Host::new)
              .orElse(new Reservation.Choice.None<>("full")));
    }
    return choices;
  }

  private static String reserve(Ledger ledger, Intent intent, int quota) {
    return ledger.reserve(List.of(intent), quota, InterleavingContract::place).get(0).toString();
  }

  private static String advance(Ledger ledger, String id, InstanceEvent event) {
    return Boolean.toString(ledger.advance(Transition.of(id, event, event.name())).happened());
  }

  private static String judge(Ledger ledger, String id) {
    // As whoever judged saw it, before anything else happened.
    return Boolean.toString(
        ledger.advance(Transition.of(id, InstanceEvent.JUDGED, "judged").asSeen(1)).happened());
  }

  private static String move(Ledger ledger, Map<String, String> seenOn) {
    return Integer.toString(
        ledger.move((holdings, slots) -> SlotMovePlanner.plan(holdings, seenOn, slots)).size());
  }

  /** What brokers do to a ledger; each names what it gave its caller. */
  private static Map<String, Function<Ledger, String>> operations() {
    Map<String, Function<Ledger, String>> all = new LinkedHashMap<>();
    Optional<String> key = Optional.of("key");
    all.put(
        "create",
        ledger ->
            reserve(ledger, new Intent(wanted("new", Ownership.of("ci")), Optional.empty()), 2));
    all.put(
        "create with key",
        ledger ->
            reserve(ledger, new Intent(wanted("keyed", Ownership.of("ci")), key, true, 9), 0));
    all.put(
        "create that takes a warm one",
        ledger ->
            reserve(
                ledger,
                new Intent(wanted("other", Ownership.of("other")), Optional.empty(), true, 9),
                0));
    all.put(
        "warm pool makes one",
        ledger ->
            reserve(
                ledger, new Intent(wanted("more", Ownership.WARM), Optional.empty(), false, 2), 0));
    all.put("retire", ledger -> advance(ledger, "warm", InstanceEvent.RETIRED));
    all.put("confirm", ledger -> advance(ledger, "owned", InstanceEvent.CONFIRMED));
    all.put("give up", ledger -> advance(ledger, "owned", InstanceEvent.GIVEN_UP));
    all.put("delete", ledger -> advance(ledger, "owned", InstanceEvent.DELETED));
    all.put("judge", ledger -> judge(ledger, "owned"));
    all.put("destroyed", ledger -> advance(ledger, "ending", InstanceEvent.DESTROYED));
    all.put(
        "several at once",
        ledger ->
            ledger
                .advance(
                    List.of(
                        Transition.of("warm", InstanceEvent.RETIRED, "retired"),
                        Transition.of("owned", InstanceEvent.DELETED, "deleted"),
                        Transition.of("ending", InstanceEvent.DESTROYED, "destroyed")))
                .stream()
                .map(outcome -> Boolean.toString(outcome.happened()))
                .toList()
                .toString());
    all.put(
        "slots change places",
        ledger -> move(ledger, Map.of("owned", "host-2", "ending", "host-1")));
    all.put(
        "cordon",
        ledger -> {
          ledger.cordon("host-2", Optional.of(new Cordon(Cordon.Kind.DRAINING, "disk")));
          return "";
        });
    all.put(
        "adopt",
        ledger -> {
          ledger.adopt(wanted("found", Ownership.UNKNOWN).on(Optional.of("host-2")));
          return "";
        });
    all.put(
        "sync slots",
        ledger -> {
          ledger.syncSlots(Set.of("host-1", "host-2", "host-3"), 2);
          return "";
        });
    all.put(
        "renew",
        ledger -> {
          ledger.renew(new Lease("ci", "worker", NOW, Duration.ofMinutes(1)));
          return "";
        });
    all.put(
        "lease",
        ledger -> {
          ledger.lease("owned", "ci", "worker");
          return "";
        });
    all.put("purge", ledger -> Integer.toString(ledger.purge(NOW.plusSeconds(1), 10, Set.of())));
    return all;
  }

  /** An owned, a warm and an ending instance, and one that is gone; one slot is free. */
  private static void prepare(Ledger ledger, Statement statement) throws SQLException {
    ledger.syncSlots(Set.of("host-1", "host-2"), 2);
    for (Instance one :
        List.of(
            wanted("owned", Ownership.of("ci")),
            wanted("warm", Ownership.WARM),
            wanted("ending", Ownership.of("ci")),
            wanted("gone", Ownership.of("ci")))) {
      ledger.reserve(List.of(new Intent(one, Optional.empty())), InterleavingContract::place);
      ledger.advance(Transition.of(one.id(), InstanceEvent.STARTED, "started"));
    }
    ledger.advance(Transition.of("warm", InstanceEvent.ANSWERED, "answers"));
    for (String id : List.of("ending", "gone")) {
      ledger.advance(Transition.of(id, InstanceEvent.DELETED, "deleted"));
    }
    ledger.advance(Transition.of("gone", InstanceEvent.DESTROYED, "destroyed"));
    for (String table : TABLES) {
      statement.execute(
          "CREATE TABLE jupiter_brain.saved_" + table + " AS SELECT * FROM jupiter_brain." + table);
    }
  }

  /** What {@link #prepare} made. */
  private static void restore(Statement statement) {
    StringBuilder all = new StringBuilder();
    for (String table : TABLES) {
      all.append("DELETE FROM jupiter_brain.").append(table);
      all.append("; INSERT INTO jupiter_brain.").append(table);
      all.append(" SELECT * FROM jupiter_brain.saved_").append(table).append("; ");
    }
    try {
      statement.execute(all.toString());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String state(Connection connection) throws SQLException {
    return String.join(
        "\n",
        rows(
            connection,
            "SELECT id, phase, owner, warm, host, confirmed, healthy, version FROM"
                + " jupiter_brain.instances ORDER BY id"),
        rows(
            connection,
            "SELECT host, count(*), count(instance_id) FROM jupiter_brain.slots"
                + " GROUP BY host ORDER BY host"),
        rows(connection, "SELECT instance_id FROM jupiter_brain.slots ORDER BY instance_id"),
        rows(
            connection,
            "SELECT owner, idempotency_key, instance_id FROM jupiter_brain.idempotency_keys"
                + " ORDER BY 1, 2"),
        rows(connection, "SELECT host, kind FROM jupiter_brain.cordons ORDER BY host"),
        rows(connection, "SELECT owner, id FROM jupiter_brain.leases ORDER BY 1, 2"),
        rows(connection, "SELECT instance_id, lease_id FROM jupiter_brain.leased ORDER BY 1"));
  }

  private static String rows(Connection connection, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.append(result.getString(i)).append(' ');
        }
        rows.add(row.toString().strip());
      }
    }
    return String.join("; ", rows);
  }

  private static void assertSound(Connection connection) throws SQLException {
    assertThat(
            rows(
                connection,
                "SELECT s.instance_id FROM jupiter_brain.slots s LEFT JOIN jupiter_brain.instances"
                    + " i ON i.id = s.instance_id WHERE s.instance_id IS NOT NULL AND (i.id IS NULL"
                    + " OR i.phase = 'GONE')"))
        .as("slots that nothing holds")
        .isEmpty();
  }

  @Test
  void everyOrderIsAsOneAfterTheOther() throws Exception {
    Map<String, Function<Ledger, String>> operations = operations();
    List<String> names = List.copyOf(operations.keySet());
    int orders = 0;
    try (Ledger first = open(0);
        Ledger second = open(1);
        Connection observer = connect();
        Statement statement = observer.createStatement()) {
      prepare(first, statement);
      Interleaving[] self = new Interleaving[1];
      self[0] =
          new Interleaving(first, second, actor -> waits(observer, actor, self[0]), PREEMPTIONS);
      for (int a = 0; a < names.size(); a++) {
        for (int b = a; b < names.size(); b++) {
          String where = names.get(a) + " against " + names.get(b);
          Function<Ledger, String> one = operations.get(names.get(a));
          Function<Ledger, String> two = operations.get(names.get(b));
          List<String> serial = new ArrayList<>();
          restore(statement);
          String before = one.apply(first) + "\n" + two.apply(first);
          serial.add(before + "\n" + state(observer));
          restore(statement);
          String after = two.apply(first);
          serial.add(one.apply(first) + "\n" + after + "\n" + state(observer));
          for (Interleaving.Run run :
              self[0].all(() -> restore(statement), one, two, () -> look(observer))) {
            assertThat(run.first() + "\n" + run.second() + "\n" + run.after())
                .as(where + " in the order " + run.order())
                .isIn(serial);
            orders++;
          }
        }
      }
    }
    assertThat(orders).isGreaterThan(names.size() * names.size() / 2);
    System.out.println(getClass().getSimpleName() + ": " + orders + " orders");
  }

  private static String look(Connection observer) {
    try {
      assertSound(observer);
      return state(observer);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
