package io.macpool.interleavings;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/** Threads of a {@link Harness}. */
public final class Threads {

  /** What was found wrong first: futures and executors may keep what is thrown to themselves. */
  private static final AtomicReference<AssertionError> WRONG = new AtomicReference<>();

  private Threads() {}

  /** Nothing is wrong yet. */
  static void begin() {
    WRONG.set(null);
  }

  /** Fails if anything was wrong. */
  static void end() {
    AssertionError wrong = WRONG.get();
    if (wrong != null) {
      throw wrong;
    }
  }

  /** What a thread does. */
  public interface Work {
    void run() throws Exception;
  }

  /** Runs all of these at once, and waits for their ends. */
  public static void together(Work... works) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Work work : works) {
      threads.add(new Thread(() -> run(work)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void run(Work work) {
    Callable<Void> whole =
        () -> {
          work.run();
          return null;
        };
    try {
      whole.call();
    } catch (Exception e) {
      throw new IllegalStateException("a thread of the harness failed", e);
    }
  }

  /** Fails the schedule with these words, also if whoever calls us keeps that to itself. */
  public static void check(boolean holds, String otherwise) {
    if (!holds) {
      AssertionError wrong = new AssertionError(otherwise);
      WRONG.compareAndSet(null, wrong);
      throw wrong;
    }
  }
}
