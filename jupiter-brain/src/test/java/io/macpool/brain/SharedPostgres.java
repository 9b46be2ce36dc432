package io.macpool.brain;

import io.macpool.sim.peer.Peer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.UUID;

/**
 * PostgreSQL for tests: the peer if one is given, else one of our own; each test has a database.
 */
public final class SharedPostgres implements AutoCloseable {

  private final Optional<EmbeddedPostgres> own;
  private final URI server;

  public SharedPostgres() throws IOException {
    Optional<String> peer = Peer.POSTGRESQL.location();
    own = peer.isPresent() ? Optional.empty() : Optional.of(EmbeddedPostgres.builder().start());
    server =
        URI.create(
            peer.orElseGet(
                () ->
                    "postgresql://postgres:postgres@127.0.0.1:"
                        + own.get().getPort()
                        + "/postgres"));
  }

  /** A fresh database, as the setting {@code DATABASE_URL} wants it. */
  public String database() throws SQLException {
    String name = "brain_" + UUID.randomUUID().toString().replace('-', '_');
    String[] login = server.getUserInfo().split(":", 2);
    String password = login.length > 1 ? login[1] : "";
    String jdbc = "jdbc:postgresql://" + server.getHost() + ":" + server.getPort();
    try (Connection connection =
            DriverManager.getConnection(jdbc + server.getPath(), login[0], password);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return "postgres://"
        + server.getUserInfo()
        + "@"
        + server.getHost()
        + ":"
        + server.getPort()
        + "/"
        + name;
  }

  @Override
  public void close() throws IOException {
    if (own.isPresent()) {
      own.get().close();
    }
  }
}
