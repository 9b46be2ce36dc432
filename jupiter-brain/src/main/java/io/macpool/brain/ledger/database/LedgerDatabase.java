package io.macpool.brain.ledger.database;

import static java.util.stream.Collectors.toMap;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.macpool.brain.ledger.Ledger;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.database.EmbeddedFailure;
import io.macpool.service.setting.Secret;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ledger's connections, transactions and locks. Every method waits for the database. */
public final class LedgerDatabase implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LedgerDatabase.class);

  /** Serializes reservations over all replicas; the number only has to be ours alone. */
  public static final long RESERVATION_LOCK = 0x6d616370_6f6f6c01L;

  private static final long LEADER_LOCK = 0x6d616370_6f6f6c02L;

  /** Fails on a server that was demoted, which answers a mere ping, and reads, all the same. */
  private static final String WRITES =
      "SELECT 1 / CASE current_setting('transaction_read_only') WHEN 'off' THEN 1 ELSE 0 END";

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /**
   * How long PostgreSQL is waited for, unless its URL says otherwise.
   *
   * @param answer the longest that a statement may take, in whole seconds: more than {@code lock}
   * @param lock the longest wait for a lock
   * @param idle a replica that stops in the middle of a transaction gives up its locks after this
   */
  public record Limits(Duration answer, Duration lock, Duration idle) {

    public static final Limits USUAL =
        new Limits(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(30));

    /**
     * The server, too, must notice within half a minute that a replica is gone without a word: it
     * would stay the leader for as long as its session lasts.
     */
    private String sessionSettings() {
      return "SET statement_timeout = "
          + answer.toMillis()
          + "; SET lock_timeout = "
          + lock.toMillis()
          + "; SET idle_in_transaction_session_timeout = "
          + idle.toMillis()
          + "; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5"
          + "; SET tcp_keepalives_count = 3";
    }

    /** When the client gives up a server that does not even say that time is over. */
    private Duration silence() {
      return answer.plus(answer.dividedBy(4));
    }
  }

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final boolean shared;
  private final Optional<Duration> silence;
  private @Nullable Connection leadership;

  /**
   * @param silence the longest that a connection may say nothing; empty if its own settings count
   */
  private LedgerDatabase(HikariDataSource pool, boolean shared, Optional<Duration> silence) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    this.shared = shared;
    this.silence = silence;
  }

  /**
   * Connects, and brings the tables to this version.
   *
   * @throws LedgerException if the database is not there or its tables can't be migrated
   */
  public static LedgerDatabase open(DatabaseAddress address, int connections, Limits limits) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("ledger");
    config.setJdbcUrl(address.jdbcUrl());
    address.user().ifPresent(config::setUsername);
    address.password().ifPresent(secret -> config.setPassword(secret.reveal()));
    // One more than asked for: leadership keeps a connection to itself.
    config.setMaximumPoolSize(connections + (address.shared() ? 1 : 0));
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_LIMIT.toMillis());
    config.setInitializationFailTimeout(CONNECT_LIMIT.toMillis());
    if (address.shared()) {
      config.setExceptionOverride(new StaleConnections());
      // A connection that was idle is asked this before it is used again, in place of a ping.
      config.setConnectionTestQuery(WRITES);
      // A server that takes no writes is not the one that is meant.
      config.addDataSourceProperty("targetServerType", "primary");
      config.addDataSourceProperty("connectTimeout", CONNECT_LIMIT.toSeconds());
      config.addDataSourceProperty("socketTimeout", limits.silence().toSeconds());
      config.addDataSourceProperty("tcpKeepAlive", "true");
      config.setConnectionInitSql(limits.sessionSettings());
    }
    // After ours: what a person sets counts.
    address
        .parameters()
        .forEach((name, value) -> config.addDataSourceProperty(name, value.reveal()));
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(config);
      if (address.shared()) {
        PoolerCheck.refuseSharedSessions(pool);
      }
      Flyway.configure()
          // Not the pool: a migration of a large table may take longer than any other statement.
          .dataSource(
              address.jdbcUrl(),
              address.user().orElse(null),
              address.password().map(Secret::reveal).orElse(null))
          .jdbcProperties(
              address.parameters().entrySet().stream()
                  .collect(toMap(Map.Entry::getKey, entry -> entry.getValue().reveal())))
          .locations(
              "classpath:io/macpool/brain/ledger/" + (address.shared() ? "postgresql" : "h2"))
          .schemas("jupiter_brain")
          .defaultSchema("jupiter_brain")
          .table("macpool_schema_history")
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
      boolean own = address.parameters().containsKey("socketTimeout");
      return new LedgerDatabase(
          pool,
          address.shared(),
          address.shared() && !own ? Optional.of(limits.silence()) : Optional.empty());
    } catch (RuntimeException | SQLException e) {
      if (pool != null) {
        pool.close();
      }
      String step =
          e instanceof FlywayException ? "migrate the ledger at " : "reach the ledger at ";
      throw new LedgerException("can't " + step + address.jdbcUrl() + ": " + e.getMessage(), e);
    }
  }

  public boolean isShared() {
    return shared;
  }

  /** For tests that look at, or hold up, single statements. */
  public Jdbi jdbi() {
    return jdbi;
  }

  /**
   * Asks without changing anything.
   *
   * @param what is done, for a person
   */
  public <T> T read(String what, Function<Handle, T> work) {
    return guarded(what, () -> jdbi.withHandle(handle -> work.apply(limited(handle))));
  }

  /** In one transaction: all or nothing. */
  public <T> T write(String what, Function<Handle, T> work) {
    if (shared) {
      return guarded(what, () -> jdbi.inTransaction(handle -> work.apply(limited(handle))));
    }
    synchronized (this) { // embedded: one process, so its own lock serializes
      return guarded(what, () -> jdbi.inTransaction(work::apply));
    }
  }

  /** Set each time: what a pool or a driver makes of its settings has been no limit before. */
  private Handle limited(Handle handle) {
    if (silence.isPresent()) {
      try {
        handle
            .getConnection()
            .setNetworkTimeout(Runnable::run, Math.toIntExact(silence.get().toMillis()));
      } catch (SQLException e) {
        throw new ConnectionException(e);
      }
    }
    return handle;
  }

  /** As {@link #write}, with no other such transaction beside it, over all replicas. */
  public <T> T writeAlone(String what, Function<Handle, T> work) {
    return write(
        what,
        handle -> {
          if (shared) {
            handle
                .createQuery("SELECT pg_advisory_xact_lock(:key)")
                .bind("key", RESERVATION_LOCK)
                .map((row, context) -> true)
                .one();
          }
          return work.apply(handle);
        });
  }

  /** Whatever was certainly not done is tried once more, with another connection. */
  private <T> T guarded(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException e) {
      if (!shared && EmbeddedFailure.isFatal(e)) {
        reopen();
        throw failed(what, e);
      }
      if (!StaleConnections.nothingWasDone(e)) {
        throw failed(what, e);
      }
      if (StaleConnections.isReadOnly(e)) {
        abandonAll(); // the others lead to the same server, which was demoted
      }
      try {
        return work.get();
      } catch (JdbiException again) {
        throw failed(what, again);
      }
    }
  }

  private static LedgerException failed(String what, JdbiException e) {
    return new LedgerException("can't " + what + " in the ledger: " + words(e), e);
  }

  private void abandonAll() {
    HikariPoolMXBean connections = pool.getHikariPoolMXBean();
    if (connections != null) {
      connections.softEvictConnections();
    }
  }

  /**
   * An embedded database that could not write, as on a full disk, has closed itself for good: it is
   * put away, and the next connection opens its file anew. What was asked for meanwhile has failed.
   */
  private void reopen() {
    log.warn("the embedded ledger has closed itself after an error; it is opened anew");
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      log.debug("it was not to be shut down, as it is closed already", e);
    }
    abandonAll();
  }

  /** The database's own words: the driver and JDBI would add the statement, which tells nothing. */
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

  /**
   * Whether this process leads, see {@link Ledger#leads}. A lock alone proves nothing: after a
   * failover the old server, read-only, holds it too. So each time something is written.
   */
  public synchronized boolean leads() {
    if (!shared) {
      return true;
    }
    try {
      if (leadership != null && !proves(leadership)) {
        Connection useless = leadership;
        leadership = null;
        pool.evictConnection(useless);
        useless.close();
        abandonAll();
      }
      if (leadership != null) {
        return true;
      }
      Connection candidate = pool.getConnection();
      if (holdsLock(candidate) && proves(candidate)) {
        leadership = candidate;
        return true;
      }
      candidate.close();
      return false;
    } catch (SQLException e) {
      throw new LedgerException("can't tell who leads: " + words(e), e);
    }
  }

  private boolean holdsLock(Connection candidate) throws SQLException {
    try (var statement = candidate.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      statement.setLong(1, LEADER_LOCK);
      try (var result = statement.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    } catch (SQLException e) {
      pool.evictConnection(candidate);
      candidate.close();
      throw e;
    }
  }

  /** A candidate that can't write is closed for good, and its lock with it. */
  private boolean proves(Connection candidate) throws SQLException {
    try (var statement =
        candidate.prepareStatement(
            "UPDATE jupiter_brain.leaderships SET proved_at = CURRENT_TIMESTAMP WHERE id = 1")) {
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      if (candidate != leadership) {
        pool.evictConnection(candidate);
      }
      return false;
    }
  }

  @Override
  public synchronized void close() {
    if (leadership != null) {
      pool.evictConnection(leadership); // really closed, so that the lock is free
    }
    pool.close();
  }
}
