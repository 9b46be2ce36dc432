package io.macpool.brain.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.macpool.brain.ledger.database.LedgerDatabase;
import io.macpool.service.database.DatabaseAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** One database in memory, with a view of it for each replica of a simulation. */
public final class SimulatedLedgers implements AutoCloseable {

  private static final List<String> TABLES =
      List.of(
          "transitions",
          "idempotency_keys",
          "leased",
          "leases",
          "slots",
          "cordons",
          "brokers",
          "instances");

  private static volatile Instant time = Instant.EPOCH;

  private final DatabaseAddress address = DatabaseAddress.memory();
  private final Ledger tables = Ledger.open(address, 1);
  private final HikariDataSource pool;

  public SimulatedLedgers() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(address.jdbcUrl());
    config.setMaximumPoolSize(8); // as deep as questions can be nested in one thread
    config.setMinimumIdle(1);
    pool = new HikariDataSource(config);
    Jdbi.create(pool)
        .useHandle(
            handle ->
                handle.execute(
                    "CREATE ALIAS SIMULATED_NOW FOR '"
                        + SimulatedLedgers.class.getName()
                        + ".now'"));
  }

  /** What time it is, for the database: one statement text for all times is parsed once. */
  public static OffsetDateTime now() {
    return time.atOffset(ZoneOffset.UTC);
  }

  /** As new. */
  public void clear() {
    Jdbi.create(pool)
        .useHandle(handle -> TABLES.forEach(t -> handle.execute("DELETE FROM jupiter_brain." + t)));
  }

  /**
   * What one replica sees.
   *
   * @param waits called before and after each question: others go on meanwhile, or the replica dies
   * @param leads whether this replica holds the leader's lock now
   */
  public Ledger view(Clock clock, Runnable waits, BooleanSupplier leads) {
    return Ledger.over(new View(pool, clock, waits, leads), clock);
  }

  @Override
  public void close() {
    pool.close();
    tables.close();
  }

  private static final class View extends LedgerDatabase {
    private final Clock clock;
    private final Runnable waits;
    private final BooleanSupplier leads;

    private View(HikariDataSource pool, Clock clock, Runnable waits, BooleanSupplier leads) {
      super(pool, false, Optional.empty());
      this.clock = clock;
      this.waits = waits;
      this.leads = leads;
    }

    @Override
    public String now() {
      time = clock.instant();
      return "SIMULATED_NOW()";
    }

    @Override
    public boolean isShared() {
      return true;
    }

    @Override
    public synchronized boolean leads() {
      waits.run();
      return leads.getAsBoolean();
    }

    @Override
    public <T> T read(String what, Function<Handle, T> work) {
      waits.run();
      T answer = super.read(what, work);
      waits.run();
      return answer;
    }

    @Override
    public <T> T write(String what, Function<Handle, T> work) {
      waits.run();
      T answer = super.write(what, work);
      waits.run();
      return answer;
    }

    @Override
    public void close() {
      // The pool is everybody's.
    }
  }
}
