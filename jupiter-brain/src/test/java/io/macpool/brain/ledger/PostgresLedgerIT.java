package io.macpool.brain.ledger;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class PostgresLedgerIT extends DatabaseLedgerContract {

  private static URI server;

  private final String name = "ledger_" + UUID.randomUUID().toString().replace("-", "");

  @BeforeAll
  static void find() {
    Optional<String> location = Peer.POSTGRESQL.location();
    assumeTrue(
        location.isPresent(), "peer postgresql is not here: the ledger is not tested against it");
    server = URI.create(location.get());
  }

  @BeforeEach
  void create() throws SQLException {
    administer("CREATE DATABASE " + name);
  }

  @AfterEach
  void drop() throws SQLException {
    administer("DROP DATABASE IF EXISTS " + name);
  }

  private static void administer(String statement) throws SQLException {
    DatabaseAddress address = DatabaseAddress.postgres(new Secret(server.toString()));
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
  DatabaseAddress database() {
    return DatabaseAddress.postgres(new Secret(server.resolve("/" + name).toString()));
  }
}
