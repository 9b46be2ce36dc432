package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.macpool.brain.SharedPostgres;
import io.macpool.brain.ledger.database.LedgerDatabase;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import io.macpool.sim.net.TcpGate;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PostgreSQL that does not answer: nobody waits for it for ever, and all is well afterwards. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LedgerOutageIT {

  private static final LedgerDatabase.Limits SHORT =
      new LedgerDatabase.Limits(
          Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofMillis(300));

  private static SharedPostgres postgres;
  private DatabaseAddress database;

  @BeforeAll
  static void startPostgres() throws Exception {
    postgres = new SharedPostgres();
  }

  @AfterAll
  static void stopPostgres() throws Exception {
    postgres.close();
  }

  @BeforeEach
  void create() throws Exception {
    database = DatabaseAddress.postgres(new Secret(postgres.database()));
  }

  private Connection connect() throws Exception {
    return DriverManager.getConnection(
        database.jdbcUrl(),
        database.user().orElseThrow(),
        database.password().map(Secret::reveal).orElse(""));
  }

  private static LedgerException refused(Ledger ledger) {
    return catchThrowableOfType(
        LedgerException.class, () -> ledger.reserve(List.of(), (use, wanted) -> List.of()));
  }

  @Test
  void aLockThatIsNeverGivenBackIsNotWaitedForForEver() throws Exception {
    try (Ledger ledger = Ledger.open(database, 2, SHORT, Clock.systemUTC());
        Connection hung = connect();
        Statement statement = hung.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(" + LedgerDatabase.RESERVATION_LOCK + ")");
      LedgerException failure = refused(ledger);
      assertThat(failure).hasMessageContaining("reserve 0 slots").hasMessageContaining("lock");
      assertThat(failure.isOutage()).isTrue();
      statement.execute("SELECT pg_advisory_unlock(" + LedgerDatabase.RESERVATION_LOCK + ")");
      assertThat(refused(ledger)).isNull();
    }
  }

  @Test
  void aStatementThatTakesTooLongIsEnded() {
    try (LedgerDatabase database = LedgerDatabase.open(this.database, 1, SHORT)) {
      LedgerException ended =
          catchThrowableOfType(
              LedgerException.class,
              () ->
                  database.read(
                      "sleep",
                      handle ->
                          handle
                              .createQuery("SELECT pg_sleep(30)")
                              .map((row, context) -> true)
                              .one()));
      assertThat(ended).hasMessageContaining("statement timeout");
      assertThat(ended.isOutage()).isTrue();
    }
  }

  /** Behind the server's own limit, for a server that says nothing any more. */
  @Test
  void theClientGivesUpTooWhateverThePoolMakesOfItsSettings() {
    try (LedgerDatabase database =
        LedgerDatabase.open(this.database, 2, LedgerDatabase.Limits.USUAL)) {
      for (int i = 0; i < 3; i++) {
        assertThat(database.read("look", LedgerOutageIT::networkTimeout)).isEqualTo(37_500);
        assertThat(database.write("look", LedgerOutageIT::networkTimeout)).isEqualTo(37_500);
      }
    }
  }

  private static int networkTimeout(Handle handle) {
    try {
      return handle.getConnection().getNetworkTimeout();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aReplicaThatStopsInTheMiddleOfATransactionLosesItsLocks() throws Exception {
    try (LedgerDatabase stopped = LedgerDatabase.open(database, 1, SHORT);
        Ledger ledger = Ledger.open(database, 2, Clock.systemUTC())) {
      LedgerException lost =
          catchThrowableOfType(
              LedgerException.class,
              () ->
                  stopped.writeAlone(
                      "stop",
                      handle -> {
                        assertThat(refused(ledger))
                            .isNull(); // waits until the server has had enough
                        return handle.createQuery("SELECT 1").mapTo(Integer.class).one();
                      }));
      assertThat(lost).isNotNull();
      assertThat(lost.isOutage()).isTrue();
    }
  }

  @Test
  void aDatabaseGoneSilentIsGivenUpAndFoundAgain() throws Exception {
    URI url = URI.create(database.jdbcUrl().substring("jdbc:".length()));
    try (TcpGate gate = TcpGate.open(url.getHost(), url.getPort(), 0)) {
      DatabaseAddress throughGate =
          new DatabaseAddress(
              "jdbc:postgresql://127.0.0.1:" + gate.port() + url.getPath(),
              database.user(),
              database.password(),
              database.parameters(),
              true);
      try (Ledger ledger = Ledger.open(throughGate, 2, SHORT, Clock.systemUTC())) {
        assertThat(refused(ledger)).isNull();
        assertThat(ledger.leads()).isTrue();
        gate.stall(true);
        LedgerException failure = refused(ledger);
        assertThat(failure).isNotNull();
        assertThat(failure.isOutage()).isTrue();
        gate.stall(false);
        assertThat(refused(ledger)).isNull();
        assertThat(ledger.leads()).isTrue();
      }
    }
  }
}
