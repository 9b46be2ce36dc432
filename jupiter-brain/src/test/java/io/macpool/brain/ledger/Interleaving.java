package io.macpool.brain.ledger;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.transaction.LocalTransactionHandler;
import org.jdbi.v3.core.transaction.TransactionHandler;

/**
 * Runs two operations of the ledger against each other, statement by statement, in every order in
 * which the database lets them: an operation that waits for the other's lock is seen to wait, and
 * the other goes on.
 */
final class Interleaving {

  /** What came of one order of two operations. */
  record Run(String order, String first, String second, String after) {}

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Tells whether an operation waits for the other's lock. */
  @FunctionalInterface
  interface Blocked {
    boolean isBlocked(int actor) throws SQLException;
  }

  private final Ledger[] ledgers;
  private final Actor[] actors = {new Actor(), new Actor()};
  private final Blocked blocked;
  private final int preemptions;

  /**
   * @param preemptions how often an operation that could go on is held up at most
   */
  Interleaving(Ledger first, Ledger second, Blocked blocked, int preemptions) {
    this.ledgers = new Ledger[] {first, second};
    this.blocked = blocked;
    this.preemptions = preemptions;
    for (Ledger ledger : ledgers) {
      gate(ledger.database().jdbi());
    }
  }

  private void gate(Jdbi jdbi) {
    jdbi.setSqlLogger(
        new SqlLogger() {
          @Override
          public void logBeforeExecution(StatementContext context) {
            pass();
          }
        });
    jdbi.setTransactionHandler(
        new LocalTransactionHandler() {
          @Override
          public void commit(Handle handle) {
            pass();
            super.commit(handle);
          }

          @Override
          public TransactionHandler specialize(Handle handle) {
            return this;
          }
        });
  }

  private void pass() {
    for (Actor actor : actors) {
      actor.pass();
    }
  }

  /**
   * Every order there is.
   *
   * @param prepare makes the ledger what it is before each
   * @param see what it is after each
   */
  List<Run> all(
      Runnable prepare,
      Function<Ledger, String> first,
      Function<Ledger, String> second,
      Supplier<String> see) {
    List<Run> runs = new ArrayList<>();
    List<Integer> prefix = new ArrayList<>();
    do {
      prepare.run();
      List<Integer> options = new ArrayList<>();
      List<Integer> taken = new ArrayList<>();
      String order = run(first, second, prefix, options, taken);
      runs.add(new Run(order, actors[0].result(), actors[1].result(), see.get()));
      prefix = next(taken, options);
    } while (prefix != null);
    return runs;
  }

  /** The next order by depth first: the last choice that had another option takes it. */
  private static List<Integer> next(List<Integer> taken, List<Integer> options) {
    for (int i = taken.size() - 1; i >= 0; i--) {
      if (taken.get(i) + 1 < options.get(i)) {
        List<Integer> prefix = new ArrayList<>(taken.subList(0, i));
        prefix.add(taken.get(i) + 1);
        return prefix;
      }
    }
    return null;
  }

  private String run(
      Function<Ledger, String> first,
      Function<Ledger, String> second,
      List<Integer> prefix,
      List<Integer> options,
      List<Integer> taken) {
    actors[0].start(() -> first.apply(ledgers[0]));
    actors[1].start(() -> second.apply(ledgers[1]));
    StringBuilder order = new StringBuilder();
    int held = 0;
    int last = 0;
    List<Integer> able = settle(order);
    while (!able.isEmpty()) {
      if (able.contains(last) && held == preemptions) {
        able = List.of(last);
      } else if (able.size() == 2 && able.get(0) != last) {
        able = List.of(able.get(1), able.get(0));
      }
      int wish = taken.size() < prefix.size() ? prefix.get(taken.size()) : 0;
      int choice = Math.min(wish, able.size() - 1);
      taken.add(choice);
      options.add(able.size());
      int next = able.get(choice);
      held += able.contains(last) && next != last ? 1 : 0;
      last = next;
      order.append(next == 0 ? 'a' : 'b');
      actors[next].open();
      able = settle(order);
    }
    return order.toString();
  }

  /** Once each has ended, is at its gate, or waits for the other's lock: those at their gates. */
  private List<Integer> settle(StringBuilder order) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      List<Integer> able = new ArrayList<>();
      boolean settled = true;
      for (int i = 0; i < 2; i++) {
        if (actors[i].atGate()) {
          able.add(i);
        } else if (!actors[i].ended()) {
          settled &= isBlocked(i);
        }
      }
      boolean over = actors[0].ended() && actors[1].ended();
      if (over || (settled && !able.isEmpty())) {
        return able;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("neither goes on after " + order);
      }
      LockSupport.parkNanos(100_000); // spinning would take the time that is waited for
    }
  }

  private boolean isBlocked(int actor) {
    try {
      return blocked.isBlocked(actor);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One operation on its thread. */
  private static final class Actor {

    private Thread thread;
    private boolean waiting;
    private boolean open;
    private boolean ended = true;
    private String result = "";

    synchronized void start(Supplier<String> work) {
      waiting = false;
      open = false;
      ended = false;
      thread =
          new Thread(
              () -> {
                String end;
                try {
                  end = work.get();
                } catch (RuntimeException e) {
                  end = "failed: " + e.getMessage();
                }
                synchronized (this) {
                  result = end;
                  ended = true;
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    /** Called by the operation before each statement and commit. */
    synchronized void pass() {
      if (Thread.currentThread() != thread) {
        return; // the test's own
      }
      waiting = true;
      while (!open) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      open = false;
    }

    synchronized void open() {
      waiting = false;
      open = true;
      notifyAll();
    }

    synchronized boolean atGate() {
      return waiting;
    }

    synchronized boolean ended() {
      return ended;
    }

    synchronized String result() {
      return result;
    }

    synchronized long id() {
      return thread.getId();
    }
  }

  /** Whether an operation waits for a lock inside this process that the other holds. */
  boolean waitsInside(int actor) {
    ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(actors[actor].id());
    return info != null && info.getLockOwnerId() == actors[1 - actor].id();
  }
}
