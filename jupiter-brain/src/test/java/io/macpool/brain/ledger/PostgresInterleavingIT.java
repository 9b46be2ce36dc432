package io.macpool.brain.ledger;

import io.macpool.brain.SharedPostgres;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Two replicas. */
class PostgresInterleavingIT extends InterleavingContract {

  private static SharedPostgres postgres;
  private String url;
  private DatabaseAddress database;

  @BeforeAll
  static void start() throws Exception {
    postgres = new SharedPostgres();
  }

  @AfterAll
  static void stop() throws Exception {
    postgres.close();
  }

  @BeforeEach
  void create() throws Exception {
    url = postgres.database();
    database = DatabaseAddress.postgres(new Secret(url));
  }

  @Override
  DatabaseAddress database() {
    return database;
  }

  @Override
  Ledger open(int actor) {
    String named = url + "?ApplicationName=actor-" + actor;
    return Ledger.open(DatabaseAddress.postgres(new Secret(named)), 2, CLOCK);
  }

  @Override
  boolean waits(Connection observer, int actor, Interleaving interleaving) throws SQLException {
    try (Statement statement = observer.createStatement();
        var result =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND wait_event_type = 'Lock' AND application_name = 'actor-"
                    + actor
                    + "'")) {
      result.next();
      return result.getInt(1) > 0;
    }
  }
}
