package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.brain.ledger.Intent;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.SlotUse;
import io.macpool.brain.ledger.Transition;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.Ownership;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a create asks of the ledger, on PostgreSQL with a year of history and on an empty one, by
 * turns. Needs the peer {@code postgresql}.
 */
public final class HistoryBenchmark implements Benchmark {

  private static final int ROWS = Integer.getInteger("history.rows", 5_000_000);
  private static final int WARM_UPS = 300;
  private static final int LIVES = 2_000;
  private static final int PURGED = 10_000;

  @Override
  public String name() {
    return "broker.history";
  }

  @Override
  public String about() {
    return "records of 2,000 creates beside " + ROWS + " destroyed instances, and beside none";
  }

  @Override
  public void run(Report report) throws Exception {
    Optional<URI> peer = Peer.POSTGRESQL.location().map(URI::create);
    if (peer.isEmpty()) {
      report.progress("not measured: it needs PostgreSQL, set PEERS_POSTGRESQL to its URL");
      return;
    }
    URI server = peer.get();
    try (Place empty = new Place(server);
        Place full = new Place(server)) {
      full.fill(ROWS);
      measure(empty, full, WARM_UPS);
      empty.clear();
      full.clear();
      measure(empty, full, LIVES);
      report.add(
          Measurement.of("broker.history.creates.p50", full.creates.millis(50), "ms")
              .against("the same without history", empty.creates.millis(50)));
      report.add(
          Measurement.of("broker.history.creates.p99", full.creates.millis(99), "ms")
              .against("the same without history", empty.creates.millis(99))
              .atMostTimes(1.2));
      report.add(
          Measurement.of("broker.history.live.p99", full.lists.millis(99), "ms")
              .against("the same without history", empty.lists.millis(99)));
      long start = System.nanoTime();
      int purged = full.ledger.purge(Instant.now().minus(Duration.ofDays(30)), PURGED, Set.of());
      double seconds = (System.nanoTime() - start) / 1e9;
      report.add(Measurement.of("broker.history.purge", purged / seconds, "1/s"));
    }
  }

  private static void measure(Place empty, Place full, int lives) {
    for (int i = 0; i < lives; i++) {
      empty.live();
      full.live();
    }
  }

  /** A database of its own, dropped in the end. */
  private static final class Place implements AutoCloseable {

    private final URI server;
    private final String name = "history_" + UUID.randomUUID().toString().replace('-', '_');
    private final Ledger ledger;
    private Samples creates = new Samples();
    private Samples lists = new Samples();

    private Place(URI server) throws SQLException {
      this.server = server;
      administer(server, "CREATE DATABASE " + name);
      ledger = Ledger.open(address(database()), 2, Clock.systemUTC());
      ledger.syncSlots(Set.of("host-1", "host-2"), 2);
    }

    private URI database() {
      return server.resolve("/" + name);
    }

    private void clear() {
      creates = new Samples();
      lists = new Samples();
    }

    /** As if that many had lived, evenly, within the last year. */
    private void fill(int rows) throws SQLException {
      String since = " now() - interval '365 days' * n / " + rows;
      administer(
          database(),
          "INSERT INTO jupiter_brain.instances (id, created_at, destroyed_at, phase, image, owner,"
              + " host, broker, changed_at, version) SELECT gen_random_uuid()::text,"
              + since
              + ","
              + since
              + ", 'GONE', 'xcode', 'ci', 'host-1', 'broker',"
              + since
              + ", 6 FROM generate_series(1, "
              + rows
              + ") n");
      administer(
          database(),
          "INSERT INTO jupiter_brain.transitions (instance_id, at, phase, reason)"
              + " SELECT id, created_at, 'GONE', 'destroyed' FROM jupiter_brain.instances");
      administer(database(), "VACUUM ANALYZE jupiter_brain.instances");
      administer(database(), "VACUUM ANALYZE jupiter_brain.transitions");
      administer(database(), "CHECKPOINT");
    }

    /** One life: what a create waits for is taken, and a look at all that lives. */
    private void live() {
      String id = UUID.randomUUID().toString();
      long start = System.nanoTime();
      Instance wanted =
          Instance.requested(
              id, "xcode", Ownership.of("ci"), Instance.Size.AS_IMAGE, "broker", Instant.now());
      ledger.reserve(List.of(new Intent(wanted, Optional.empty())), Place::first);
      ledger.advance(Transition.of(id, InstanceEvent.MADE, "cloned").withRef("vm-" + id));
      ledger.advance(Transition.of(id, InstanceEvent.STARTED, "switched on"));
      creates.add(System.nanoTime() - start);
      start = System.nanoTime();
      ledger.live();
      lists.add(System.nanoTime() - start);
      ledger.advance(Transition.of(id, InstanceEvent.DELETED, "deleted"));
      ledger.advance(Transition.of(id, InstanceEvent.DESTROYED, "deleted"));
    }

    private static List<Reservation.Choice<String>> first(SlotUse use, List<Instance> wanted) {
      return List.of(new Reservation.Choice.Host<>("host-1"));
    }

    private static DatabaseAddress address(URI url) {
      return DatabaseAddress.postgres(new Secret(url.toString()));
    }

    private static void administer(URI url, String statement) throws SQLException {
      DatabaseAddress address = address(url);
      try (Connection connection =
              DriverManager.getConnection(
                  address.jdbcUrl(),
                  address.user().orElse(null),
                  address.password().map(Secret::reveal).orElse(null));
          Statement running = connection.createStatement()) {
        running.execute(statement);
      }
    }

    @Override
    public void close() throws SQLException {
      ledger.close();
      administer(server, "DROP DATABASE IF EXISTS " + name);
    }
  }
}
