package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same of a ledger with a database, which others write to as well. */
abstract class DatabaseLedgerContract extends LedgerContract {

  /** The same database throughout one test, and another one in the next, empty at first. */
  abstract DatabaseAddress database();

  @Override
  final Ledger open(Optional<Clock> clock) {
    return clock.isPresent() ? Ledger.open(database(), 2, clock.get()) : Ledger.open(database(), 2);
  }

  private Connection connect() throws SQLException {
    DatabaseAddress address = database();
    return DriverManager.getConnection(
        address.jdbcUrl(),
        address.user().orElse(null),
        address.password().map(Secret::reveal).orElse(null));
  }

  /** As the old broker goes on doing during a roll-over. */
  @Test
  void aRowThatSaysLittleIsOfAnUnknownOwnerAndNeverWarm() throws Exception {
    try (Ledger ledger = open();
        Connection old = connect();
        Statement statement = old.createStatement()) {
      statement.execute(
          "INSERT INTO jupiter_brain.instances (id, created_at) VALUES ('old', CURRENT_TIMESTAMP)");
      Instance instance = ledger.find("old").orElseThrow();
      assertThat(instance.ownership()).isEqualTo(Ownership.UNKNOWN);
      assertThat(instance.isWarm()).isFalse();
      assertThat(instance.expiresAt(Optional.empty(), Duration.ofHours(2))).isPresent();
      assertThat(happens(ledger, "old", InstanceEvent.RETIRED, "no policy")).isFalse();
      assertThat(claim(ledger, "ci", Optional.empty())).isEmpty();
    }
  }

  @Test
  void takesOverWhatTheOldBrokerRecorded() throws Exception {
    try (Connection old = connect();
        Statement statement = old.createStatement()) {
      statement.execute("CREATE SCHEMA jupiter_brain");
      statement.execute(
          "CREATE TABLE jupiter_brain.instances (id varchar(80) PRIMARY KEY,"
              + " created_at timestamp(6) with time zone NOT NULL,"
              + " destroyed_at timestamp(6) with time zone)");
      statement.execute(
          "INSERT INTO jupiter_brain.instances VALUES"
              + " ('alive', TIMESTAMP WITH TIME ZONE '2026-11-21 09:00:00+00', NULL),"
              + " ('dead', TIMESTAMP WITH TIME ZONE '2026-11-21 08:00:00+00',"
              + " TIMESTAMP WITH TIME ZONE '2026-11-21 08:30:00+00')");
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.hasHistory()).isTrue();
      assertThat(ledger.live())
          .singleElement()
          .satisfies(
              instance -> {
                assertThat(instance.id()).isEqualTo("alive");
                assertThat(instance.phase()).isEqualTo(InstancePhase.READY);
                assertThat(instance.createdAt()).isEqualTo(Instant.parse("2026-11-21T09:00:00Z"));
              });
      assertThat(ledger.purge(NOW.plusSeconds(1), 10_000, Set.of())).isEqualTo(1);
    }
  }
}
