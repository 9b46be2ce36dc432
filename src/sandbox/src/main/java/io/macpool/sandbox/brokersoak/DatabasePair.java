package io.macpool.sandbox.brokersoak;

import io.macpool.service.Resources;
import io.macpool.sim.net.TcpGate;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A primary, a standby that follows it, and the one address that clients know. Thread-safe. */
final class DatabasePair implements AutoCloseable {

  private static final Duration CATCH_UP = Duration.ofSeconds(20);

  private final Resources resources = new Resources();
  private final PostgresServer first;
  private final PostgresServer second;
  private final TcpGate address;
  private PostgresServer leading;

  private DatabasePair(Path directory, Path logs) throws IOException, InterruptedException {
    try {
      first =
          resources.own(
              "primary",
              PostgresServer.primary(directory.resolve("first"), logs.resolve("postgres-1.log")));
      second =
          resources.own(
              "standby",
              first.standby(directory.resolve("second"), logs.resolve("postgres-2.log")));
      address = resources.own("address", TcpGate.open("127.0.0.1", first.port(), 0));
      leading = first;
    } catch (IOException | InterruptedException | RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  static DatabasePair start(Path directory, Path logs) throws IOException, InterruptedException {
    return new DatabasePair(directory, logs);
  }

  /** What a broker is told. */
  String url() {
    return "postgresql://postgres@127.0.0.1:" + address.port() + "/postgres";
  }

  synchronized void freeze() throws IOException, InterruptedException {
    leading.freeze();
  }

  synchronized void thaw() throws IOException, InterruptedException {
    leading.thaw();
  }

  synchronized void crash() throws IOException, InterruptedException {
    leading.crash();
  }

  synchronized void restart() throws IOException, InterruptedException {
    leading.start();
  }

  /**
   * The standby leads from now on and has the address; the old primary stays up, takes no more
   * writes, and keeps the connections that it has. Nothing that was committed is lost.
   */
  synchronized void failOver() throws SQLException, InterruptedException {
    if (leading == second) {
      return;
    }
    first.tell("ALTER SYSTEM SET default_transaction_read_only = on");
    first.tell("SELECT pg_reload_conf()");
    await(() -> first.ask("SHOW default_transaction_read_only").equals("on"));
    await(
        () ->
            first
                .ask("SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL")
                .equals("0"));
    String written = first.ask("SELECT pg_current_wal_lsn()");
    await(
        () ->
            second.ask("SELECT pg_last_wal_replay_lsn() >= '" + written + "'::pg_lsn").equals("t"));
    second.tell("SELECT pg_promote()");
    await(() -> second.ask("SELECT pg_is_in_recovery()").equals("f"));
    address.moveTo(second.port());
    leading = second;
  }

  private interface Condition {
    boolean holds() throws SQLException;
  }

  private static void await(Condition condition) throws SQLException, InterruptedException {
    Instant deadline = Instant.now().plus(CATCH_UP);
    while (!condition.holds()) {
      if (Instant.now().isAfter(deadline)) {
        throw new SQLException("the databases did not get ready to change over in " + CATCH_UP);
      }
      boolean unused = new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
    }
  }

  /** What the ledger has alive, and who holds its slots, at one instant. */
  synchronized List<Observation> ledger() throws SQLException {
    List<Observation> found = new ArrayList<>();
    Instant now = Instant.now();
    try (Connection connection = leading.connect()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (Statement statement = connection.createStatement()) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT * FROM jupiter_brain.instances WHERE phase <> 'GONE' ORDER BY id")) {
          while (row.next()) {
            found.add(
                new Observation.LedgerRow(
                    now,
                    row.getString("id"),
                    row.getString("phase"),
                    row.getBoolean("warm")
                        ? Optional.empty()
                        : Optional.of(
                            Objects.requireNonNullElse(row.getString("owner"), "unknown")),
                    row.getString("host"),
                    row.getObject("changed_at", OffsetDateTime.class).toInstant()));
          }
        }
        try (ResultSet row =
            statement.executeQuery(
                "SELECT host, number, instance_id FROM jupiter_brain.slots"
                    + " WHERE instance_id IS NOT NULL")) {
          while (row.next()) {
            found.add(
                new Observation.LedgerSlot(
                    now,
                    row.getString("host"),
                    row.getInt("number"),
                    row.getString("instance_id")));
          }
        }
      }
    }
    return found;
  }

  @Override
  public void close() {
    resources.close();
  }
}
