package io.macpool.console.history;

import static java.util.stream.Collectors.toMap;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.database.EmbeddedFailure;
import io.macpool.service.setting.Secret;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history's connections and transactions. */
final class HistoryDatabase implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HistoryDatabase.class);
  private static final String SCHEMA = "macpool_console";
  private static final int CONNECTIONS = 3;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /** Longer than any statement takes that is well; what waits longer waits in vain. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final boolean embedded;

  private HistoryDatabase(HikariDataSource pool, boolean embedded) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    this.embedded = embedded;
  }

  /** Connects, and brings the tables to this version. */
  static HistoryDatabase open(DatabaseAddress address) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("history");
    config.setJdbcUrl(address.jdbcUrl());
    address.user().ifPresent(config::setUsername);
    address.password().ifPresent(secret -> config.setPassword(secret.reveal()));
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_LIMIT.toMillis());
    config.setInitializationFailTimeout(CONNECT_LIMIT.toMillis());
    config.setSchema(SCHEMA);
    if (address.shared()) {
      config.addDataSourceProperty("targetServerType", "primary");
      config.addDataSourceProperty("connectTimeout", CONNECT_LIMIT.toSeconds());
      config.addDataSourceProperty("socketTimeout", ANSWER_LIMIT.plusSeconds(10).toSeconds());
      config.addDataSourceProperty("tcpKeepAlive", "true");
      config.addDataSourceProperty("reWriteBatchedInserts", "true");
      config.setConnectionInitSql("SET statement_timeout = " + ANSWER_LIMIT.toMillis());
    }
    address
        .parameters()
        .forEach((name, value) -> config.addDataSourceProperty(name, value.reveal()));
    HikariDataSource pool = null;
    try {
      migrate(address);
      pool = new HikariDataSource(config);
      return new HistoryDatabase(pool, !address.shared());
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      throw new HistoryException(
          "can't open the history at " + address.jdbcUrl() + ": " + words(e), e);
    }
  }

  private static void migrate(DatabaseAddress address) {
    Map<String, String> properties =
        address.parameters().entrySet().stream()
            .collect(toMap(Map.Entry::getKey, each -> each.getValue().reveal()));
    if (address.shared()) {
      properties.putIfAbsent("connectTimeout", String.valueOf(CONNECT_LIMIT.toSeconds()));
    }
    Flyway.configure()
        .dataSource(
            address.jdbcUrl(),
            address.user().orElse(null),
            address.password().map(Secret::reveal).orElse(null))
        .jdbcProperties(properties)
        .locations("classpath:io/macpool/console/history")
        .schemas(SCHEMA)
        .defaultSchema(SCHEMA)
        .load()
        .migrate();
  }

  /**
   * @param what is done, for a person
   */
  <T> T read(String what, Function<Handle, T> work) {
    return guarded(what, () -> jdbi.withHandle(work::apply));
  }

  /** In one transaction: all or nothing. */
  void write(String what, Consumer<Handle> work) {
    guarded(
        what,
        () -> {
          jdbi.useTransaction(work::accept);
          return null;
        });
  }

  private <T> T guarded(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException e) {
      if (embedded && EmbeddedFailure.isFatal(e)) {
        reopen();
      }
      throw new HistoryException("can't " + what + ": " + words(e), e);
    }
  }

  /**
   * An embedded database that could not write has closed itself for good: it is put away, and the
   * next connection opens its file anew.
   */
  private void reopen() {
    log.warn("the embedded history has closed itself after an error; it is opened anew");
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      log.debug("it was not to be shut down, as it is closed already", e);
    }
    HikariPoolMXBean connections = pool.getHikariPoolMXBean();
    if (connections != null) {
      connections.softEvictConnections();
    }
  }

  /** The database's own words, in one line. */
  private static String words(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof SQLException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof BatchUpdateException batch && batch.getNextException() != null) {
      cause = batch.getNextException();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    pool.close();
  }
}
