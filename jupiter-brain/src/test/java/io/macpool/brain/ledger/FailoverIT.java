package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.SharedPostgres;
import io.macpool.brain.ledger.database.LedgerDatabase;
import io.macpool.core.fleet.Cordon;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that was demoted, and another version's migration: connections that answer in vain. */
class FailoverIT {

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

  /** What a failover leaves: connections that are open, answer, and write no more. */
  private static void demote(LedgerDatabase open) {
    open.read(
        "demote", handle -> handle.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"));
  }

  private static int write(Handle handle) {
    return handle.execute(
        "INSERT INTO jupiter_brain.brokers (id, seen_at) VALUES ('b', CURRENT_TIMESTAMP)");
  }

  @Test
  void aConnectionThatWritesNoMoreIsThrownAwayAndTheWriteIsDone() {
    try (LedgerDatabase open = LedgerDatabase.open(database, 1, LedgerDatabase.Limits.USUAL)) {
      demote(open);
      assertThat(open.write("say that one lives", FailoverIT::write)).isEqualTo(1);
    }
  }

  /** Hikari takes a connection that was used within the last half second for good. */
  @Test
  void readsAvoidAServerThatWasDemotedOnceTheConnectionWasIdle() {
    try (LedgerDatabase open = LedgerDatabase.open(database, 1, LedgerDatabase.Limits.USUAL)) {
      demote(open);
      assertThat(isReadOnly(open)).as("used a moment ago").isTrue();
      Awaitility.await("another connection")
          .atMost(Duration.ofSeconds(30))
          .pollDelay(Duration.ofMillis(600))
          .pollInterval(Duration.ofMillis(600))
          .until(() -> !isReadOnly(open));
    }
  }

  private static boolean isReadOnly(LedgerDatabase open) {
    return open.read(
        "look",
        handle ->
            handle
                .createQuery("SELECT current_setting('transaction_read_only')")
                .mapTo(String.class)
                .one()
                .equals("on"));
  }

  @Test
  void whoCantWriteDoesNotLeadAndLeadsAgainOnAnotherConnection() {
    try (LedgerDatabase open = LedgerDatabase.open(database, 1, LedgerDatabase.Limits.USUAL)) {
      demote(open);
      assertThat(open.leads()).as("the lock alone proves nothing").isFalse();
      assertThat(open.leads()).as("on a connection that writes").isTrue();
      assertThat(open.leads()).isTrue();
    }
  }

  @Test
  void aColumnThatALaterVersionAddsReachesNobody() throws Exception {
    try (Ledger ledger = Ledger.open(database, 1)) {
      ledger.cordon("host-1", Optional.of(new Cordon(Cordon.Kind.CORDONED, "")));
      for (int i = 0; i < 10; i++) {
        ledger.live(); // often enough for the driver to keep the plan
      }
      try (Connection later =
              DriverManager.getConnection(
                  database.jdbcUrl(),
                  database.user().orElseThrow(),
                  database.password().map(Secret::reveal).orElse(""));
          Statement statement = later.createStatement()) {
        statement.execute("ALTER TABLE jupiter_brain.instances ADD COLUMN later varchar(10)");
        statement.execute("ALTER TABLE jupiter_brain.instances ALTER reason TYPE varchar(3000)");
      }
      assertThat(ledger.live()).isEmpty();
    }
  }

  @Test
  void noStatementReachesWhoAsked() {
    try (LedgerDatabase open = LedgerDatabase.open(database, 1, LedgerDatabase.Limits.USUAL)) {
      open.write("once", FailoverIT::write);
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(
                  () ->
                      open.write(
                          "twice",
                          handle ->
                              handle
                                  .prepareBatch(
                                      "INSERT INTO jupiter_brain.brokers (id, seen_at)"
                                          + " VALUES (:id, CURRENT_TIMESTAMP)")
                                  .bind("id", "b")
                                  .add()
                                  .bind("id", "c")
                                  .add()
                                  .execute())))
          .hasMessageStartingWith("can't twice in the ledger: ")
          .hasMessageNotContaining("INSERT");
    }
  }
}
