package io.macpool.brain.simulation;

import io.macpool.brain.ledger.MemoryLedger;
import io.macpool.brain.ledger.MemoryTables;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.brain.simulation.VirtualTime.Lane;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The database of all replicas: its tables, its clock, the one that is true, who holds its lock,
 * and what befalls it.
 */
final class SimulatedDatabase {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final VirtualTime time;
  private final MemoryTables tables;
  private final Consumer<String> trace;
  private final BooleanSupplier fails;
  private Instant awayUntil = Instant.EPOCH;
  private Optional<Lane> leader = Optional.empty();
  private int stallAfter;
  private Duration stall = Duration.ZERO;

  /**
   * @param trace told of each transaction
   * @param fails whether transactions fail now
   */
  SimulatedDatabase(
      VirtualTime time, MemoryTables tables, Consumer<String> trace, BooleanSupplier fails) {
    this.time = time;
    this.tables = tables;
    this.trace = trace;
    this.fails = fails;
  }

  Clock clock() {
    return time;
  }

  MemoryTables tables() {
    return tables;
  }

  /** Its connections are lost and it answers nobody for some time. */
  void goAway(Duration length) {
    awayUntil = time.instant().plus(length);
    leader = Optional.empty();
  }

  boolean isAway() {
    return time.instant().isBefore(awayUntil);
  }

  /** Whoever stands still for so long is dead to it: its lock is free. */
  void loseSession(Lane lane) {
    leader = leader.filter(holder -> holder != lane);
  }

  /** The replica that asks next but {@code after - 1} stands still in the middle of it. */
  void stallOne(int after, Duration length) {
    stallAfter = after;
    stall = length;
  }

  /** One replica's way to it. */
  MemoryLedger.Line line(String name, Lane lane) {
    return new MemoryLedger.Line() {
      @Override
      public void asks(String what) {
        meanwhile(lane);
        if (isAway()) {
          time.await(time.between(Duration.ZERO, CONNECT_LIMIT));
          lane.check();
          if (isAway()) {
            throw new LedgerException(
                "can't " + what, new SQLTransientConnectionException("no connection"));
          }
        }
        if (happens()) {
          throw refused(what);
        }
      }

      @Override
      public void answered(String what) {
        trace.accept(name + " " + what);
        meanwhile(lane);
        if (isAway() || happens()) {
          throw new LedgerException(
              "can't " + what, new SQLException("an I/O error occurred", "08006"));
        }
      }

      @Override
      public boolean leads() {
        meanwhile(lane);
        if (isAway()) {
          throw new LedgerException(
              "can't tell who leads", new SQLTransientConnectionException("no connection"));
        }
        if (leader.filter(Lane::isAlive).isEmpty()) {
          leader = Optional.of(lane);
        }
        return leader.get() == lane;
      }
    };
  }

  private boolean happens() {
    return fails.getAsBoolean() && time.chance().nextInt(200) == 0;
  }

  /** For want of a lock in time, in a deadlock, or before it was sent. */
  private LedgerException refused(String what) {
    String state =
        switch (time.chance().nextInt(3)) {
          case 0 -> "55P03";
          case 1 -> "40P01";
          default -> "08001";
        };
    return new LedgerException("can't " + what, new SQLException("refused", state));
  }

  /** It takes its time: others go on, or the replica dies, or stands still. */
  private void meanwhile(Lane lane) {
    lane.check();
    if (stallAfter > 0 && --stallAfter == 0) {
      time.stop(lane, stall);
    }
    time.others();
    time.awaitMove(lane);
    lane.check();
  }
}
