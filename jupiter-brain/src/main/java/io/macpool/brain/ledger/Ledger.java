package io.macpool.brain.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** The ledger. Every method waits for the database, so none may be called on an event loop. */
public final class Ledger implements AutoCloseable {

  /** Serializes reservations over all replicas; the number only has to be ours alone. */
  private static final long RESERVATION_LOCK = 0x6d616370_6f6f6c01L;

  private static final long LEADER_LOCK = 0x6d616370_6f6f6c02L;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final boolean shared;
  private final Clock clock;
  private Connection leadership;

  private Ledger(HikariDataSource pool, boolean shared, Clock clock) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    this.shared = shared;
    this.clock = clock;
  }

  /**
   * Connects, and brings the tables to this version.
   *
   * @throws LedgerException if the database is not there or its tables can't be migrated
   */
  public static Ledger open(DatabaseAddress address, int connections, Clock clock) {
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
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(config);
      Flyway.configure()
          .dataSource(pool)
          .locations(
              "classpath:io/macpool/brain/ledger/" + (address.shared() ? "postgresql" : "h2"))
          .schemas("jupiter_brain")
          .defaultSchema("jupiter_brain")
          .table("macpool_schema_history")
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
      return new Ledger(pool, address.shared(), clock);
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      String step =
          e instanceof FlywayException ? "migrate the ledger at " : "reach the ledger at ";
      throw new LedgerException("can't " + step + address.jdbcUrl() + ": " + e.getMessage(), e);
    }
  }

  /** Whether several brokers may work with this ledger. */
  public boolean isShared() {
    return shared;
  }

  /** Whether any instance was ever recorded: a ledger without a past can't tell orphans. */
  public boolean hasHistory() {
    return read(
        "look for a past",
        handle ->
            handle
                    .createQuery("SELECT count(*) FROM jupiter_brain.instances")
                    .mapTo(Integer.class)
                    .one()
                > 0);
  }

  /**
   * Puts an intent on record, and takes a slot for it on the host that {@code chooser} names when
   * shown what is held at this moment. All or nothing; serial over all replicas.
   *
   * @param idempotencyKey the owner's, if it gave one
   */
  public <R> Reservation<R> reserve(
      Instance intent,
      Optional<String> idempotencyKey,
      Function<SlotUse, Reservation.Choice<R>> chooser) {
    return write(
        "reserve a slot for " + intent.id(),
        handle -> {
          serialize(handle);
          Optional<Instance> before = idempotencyKey.flatMap(key -> byKey(handle, intent, key));
          if (before.isPresent()) {
            return new Reservation.Repeated<>(before.get());
          }
          Reservation.Choice<R> choice = chooser.apply(SlotRows.use(handle));
          if (choice instanceof Reservation.Choice.None<R> none) {
            return new Reservation.Refused<>(none.reason());
          }
          String host = ((Reservation.Choice.Host<R>) choice).id();
          Instance placed = InstanceRows.on(host, intent);
          SlotRows.take(handle, host, intent.id());
          InstanceRows.insert(handle, placed);
          idempotencyKey.ifPresent(key -> InstanceRows.remember(handle, placed, key));
          return new Reservation.Made<>(placed);
        });
  }

  private static Optional<Instance> byKey(Handle handle, Instance intent, String key) {
    return InstanceRows.byKey(handle, intent.owner().orElse(""), key)
        .filter(
            instance ->
                instance.phase() != InstancePhase.RECLAIMING
                    && instance.phase() != InstancePhase.GONE);
  }

  /** What an owner got under a key, unless that is being destroyed or gone. */
  public Optional<Instance> findByKey(String owner, String key) {
    return read("look for an idempotency key", handle -> InstanceRows.byKey(handle, owner, key))
        .filter(instance -> instance.phase().compareTo(InstancePhase.RECLAIMING) < 0);
  }

  /** Records an instance that was found, with a slot on its host if one is free there. */
  public void adopt(Instance found) {
    write(
        "adopt " + found.id(),
        handle -> {
          serialize(handle);
          if (InstanceRows.find(handle, found.id()).isEmpty()) {
            boolean slotted =
                found.host().isPresent()
                    && SlotRows.tryTake(handle, found.host().get(), found.id());
            InstanceRows.insert(handle, slotted ? found : InstanceRows.withoutHost(found));
          }
          return null;
        });
  }

  /**
   * Moves an instance on to a later phase. Its slot is free when it is {@code GONE}.
   *
   * @return the instance as it is then; empty if it is unknown or already at or past that phase
   */
  public Optional<Instance> advance(String id, InstancePhase to, String reason) {
    return advance(id, to, reason, Optional.empty());
  }

  /** As {@link #advance(String, InstancePhase, String)}, recording also which VM it is. */
  public Optional<Instance> advance(
      String id, InstancePhase to, String reason, Optional<String> ref) {
    return write(
        "move " + id + " to " + to,
        handle -> {
          if (!InstanceRows.advance(handle, id, to, reason, ref, clock.instant())) {
            return Optional.empty();
          }
          if (to == InstancePhase.GONE) {
            SlotRows.free(handle, id);
          }
          return InstanceRows.find(handle, id);
        });
  }

  /**
   * Gives a warm instance that is ready to an owner.
   *
   * @return the instance with its owner; empty if somebody else was faster
   */
  public Optional<Instance> claim(
      String id, String owner, String broker, Optional<String> idempotencyKey) {
    return write(
        "hand over " + id,
        handle -> {
          if (!InstanceRows.claim(handle, id, owner, broker, clock.instant())) {
            return Optional.empty();
          }
          Optional<Instance> claimed = InstanceRows.find(handle, id);
          idempotencyKey.ifPresent(key -> InstanceRows.remember(handle, claimed.get(), key));
          return claimed;
        });
  }

  /** Records that the owner knows of its instance. */
  public void confirm(String id) {
    write("confirm " + id, handle -> InstanceRows.confirm(handle, id));
  }

  public Optional<Instance> find(String id) {
    return read("look for " + id, handle -> InstanceRows.find(handle, id));
  }

  /** All instances that are not gone. */
  public List<Instance> live() {
    return read("list instances", InstanceRows::live);
  }

  /** An instance's transitions in order, for a person: time, phase, reason. */
  public List<String> history(String id) {
    return read("read the history of " + id, handle -> InstanceRows.history(handle, id));
  }

  /** Makes slot rows for these hosts, and removes free rows beyond them. */
  public void syncSlots(Set<String> hosts, int slotsPerHost) {
    write(
        "set up slots",
        handle -> {
          serialize(handle);
          SlotRows.sync(handle, hosts, slotsPerHost);
          return null;
        });
  }

  public SlotUse slotUse() {
    return read("count slots", SlotRows::use);
  }

  public Map<String, Cordon> cordons() {
    return read(
        "read cordons",
        handle -> {
          Map<String, Cordon> cordons = new HashMap<>();
          handle
              .createQuery("SELECT host, kind, reason FROM jupiter_brain.cordons")
              .map(
                  (row, context) ->
                      cordons.put(
                          row.getString("host"),
                          new Cordon(
                              Cordon.Kind.valueOf(row.getString("kind")), row.getString("reason"))))
              .list();
          return cordons;
        });
  }

  /** Cordons a host, or lifts its cordon if there is none given. */
  public void cordon(String host, Optional<Cordon> cordon) {
    write(
        "cordon " + host,
        handle -> {
          handle.execute("DELETE FROM jupiter_brain.cordons WHERE host = ?", host);
          cordon.ifPresent(
              c ->
                  handle.execute(
                      "INSERT INTO jupiter_brain.cordons (host, kind, reason) VALUES (?, ?, ?)",
                      host,
                      c.kind().name(),
                      c.reason()));
          return null;
        });
  }

  /** Says that this broker lives, and names those who said so within {@code trust}, it included. */
  public Set<String> heartbeat(String broker, Duration trust) {
    Instant now = clock.instant();
    return write(
        "say that broker " + broker + " lives",
        handle -> {
          int known =
              handle.execute(
                  "UPDATE jupiter_brain.brokers SET seen_at = ? WHERE id = ?",
                  InstanceRows.at(now),
                  broker);
          if (known == 0) {
            handle.execute(
                "INSERT INTO jupiter_brain.brokers (id, seen_at) VALUES (?, ?)",
                broker,
                InstanceRows.at(now));
          }
          return new HashSet<>(
              handle
                  .createQuery("SELECT id FROM jupiter_brain.brokers WHERE seen_at > :since")
                  .bind("since", InstanceRows.at(now.minus(trust)))
                  .mapTo(String.class)
                  .list());
        });
  }

  /** This broker stops: whatever it left undone is for others at once. */
  public void farewell(String broker) {
    write(
        "say farewell",
        handle -> handle.execute("DELETE FROM jupiter_brain.brokers WHERE id = ?", broker));
  }

  /** Removes what has been gone since before {@code then}, and brokers not heard of since. */
  public int purge(Instant then) {
    return write("purge old instances", handle -> InstanceRows.purge(handle, then));
  }

  /**
   * Whether this process leads: janitor and warm pool run with the leader alone. Leadership lasts
   * as long as its connection, so a leader that dies is followed at once.
   */
  public synchronized boolean leads() {
    if (!shared) {
      return true;
    }
    try {
      if (leadership != null && leadership.isValid(2)) {
        return true;
      }
      if (leadership != null) {
        pool.evictConnection(leadership);
        leadership.close();
        leadership = null;
      }
      Connection candidate = pool.getConnection();
      try (var statement = candidate.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
        statement.setLong(1, LEADER_LOCK);
        try (var result = statement.executeQuery()) {
          if (result.next() && result.getBoolean(1)) {
            leadership = candidate;
            return true;
          }
        }
      }
      candidate.close();
      return false;
    } catch (SQLException e) {
      throw new LedgerException("can't tell who leads: " + e.getMessage(), e);
    }
  }

  private void serialize(Handle handle) {
    if (shared) {
      handle
          .createQuery("SELECT pg_advisory_xact_lock(:key)")
          .bind("key", RESERVATION_LOCK)
          .map((row, context) -> true)
          .one();
    }
  }

  private <T> T read(String what, Function<Handle, T> work) {
    return guarded(what, () -> jdbi.withHandle(work::apply));
  }

  private <T> T write(String what, Function<Handle, T> work) {
    if (shared) {
      return guarded(what, () -> jdbi.inTransaction(work::apply));
    }
    synchronized (this) { // embedded: one process, so its own lock serializes
      return guarded(what, () -> jdbi.inTransaction(work::apply));
    }
  }

  private static <T> T guarded(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException e) {
      throw new LedgerException("can't " + what + " in the ledger: " + e.getMessage(), e);
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
