package io.macpool.brain.ledger;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** Most steps take less; asking the database who waits takes longer than a step. */
  private static final long STEP_MILLIS = 3;

  /** Tells whether an operation waits for the other's lock. */
  @FunctionalInterface
  interface Blocked {
    boolean isBlocked(int actor) throws SQLException;
  }

  /** Guards what both operations and the test change, and wait for. */
  private final Object monitor = new Object();

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
            pass(false);
          }
        });
    jdbi.setTransactionHandler(
        new LocalTransactionHandler() {
          @Override
          public void commit(Handle handle) {
            pass(true);
            super.commit(handle);
          }

          @Override
          public TransactionHandler specialize(Handle handle) {
            return this;
          }
        });
  }

  private void pass(boolean commit) {
    for (Actor actor : actors) {
      actor.pass(commit);
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
    synchronized (monitor) {
      while (true) {
        List<Integer> able = new ArrayList<>();
        List<Integer> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          if (actors[i].waiting) {
            able.add(i);
          } else if (!actors[i].ended && !actors[i].blocked) {
            running.add(i);
          }
        }
        boolean over = actors[0].ended && actors[1].ended;
        if (over || (running.isEmpty() && !able.isEmpty())) {
          return able;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError("neither goes on after " + order);
        }
        if (!await(running)) {
          for (int i = 0; i < 2; i++) {
            actors[i].blocked = !actors[i].waiting && !actors[i].ended && isBlocked(i);
          }
        }
      }
    }
  }

  /** Whether one of these came to its gate or its end, in the time that a step takes. */
  private boolean await(List<Integer> running) {
    long end = System.nanoTime() + Duration.ofMillis(STEP_MILLIS).toNanos();
    try {
      for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
        monitor.wait(left / 1_000_000, (int) (left % 1_000_000));
        if (running.stream().anyMatch(i -> actors[i].waiting || actors[i].ended)) {
          return true;
        }
      }
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isBlocked(int actor) {
    try {
      return blocked.isBlocked(actor);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One operation on its thread; its state is guarded by the monitor. */
  private final class Actor {

    private Thread thread;
    private boolean waiting;
    private boolean open;
    private boolean ended = true;

    /** Was seen to wait for a lock; until the other has committed it will go on doing so. */
    private boolean blocked;

    private boolean commits;

    private String result = "";

    void start(Supplier<String> work) {
      synchronized (monitor) {
        waiting = false;
        open = false;
        ended = false;
        blocked = false;
        commits = false;
        thread = new Thread(() -> run(work));
        thread.setDaemon(true);
        thread.start();
      }
    }

    private void run(Supplier<String> work) {
      String end;
      try {
        end = work.get();
      } catch (RuntimeException e) {
        end = "failed: " + e.getMessage();
      }
      synchronized (monitor) {
        result = end;
        ended = true;
        letGo();
      }
    }

    /** Its locks are free, or about to be: what the other does has to be looked at anew. */
    private void letGo() {
      for (Actor actor : actors) {
        actor.blocked = false;
      }
      monitor.notifyAll();
    }

    /** Called by the operation before each statement and commit. */
    void pass(boolean commit) {
      synchronized (monitor) {
        if (Thread.currentThread() != thread) {
          return; // the test's own
        }
        if (commits) {
          letGo(); // that was before this
        }
        commits = commit;
        waiting = true;
        monitor.notifyAll();
        while (!open) {
          try {
            monitor.wait();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        }
        open = false;
        if (commit) {
          letGo();
        }
      }
    }

    void open() {
      synchronized (monitor) {
        waiting = false;
        open = true;
        monitor.notifyAll();
      }
    }

    String result() {
      synchronized (monitor) {
        return result;
      }
    }

    long id() {
      synchronized (monitor) {
        return thread.getId();
      }
    }
  }

  /** Whether an operation waits for a lock inside this process that the other holds. */
  boolean waitsInside(int actor) {
    ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(actors[actor].id());
    return info != null && info.getLockOwnerId() == actors[1 - actor].id();
  }
}
