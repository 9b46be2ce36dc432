package io.macpool.worker.job.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs tasks one after the other, in the order given, on threads that it shares with others. */
final class Mailbox implements Executor {

  /** Tasks run in one go before others get the thread. */
  private static final int FAIR_SHARE = 32;

  private final Executor threads;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  Mailbox(Executor threads) {
    this.threads = threads;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (tasks) {
      tasks.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    schedule();
  }

  private void schedule() {
    try {
      threads.execute(this::runSome);
    } catch (RejectedExecutionException e) {
      synchronized (tasks) {
        tasks.clear(); // the worker has closed: nobody waits for these
        running = false;
      }
    }
  }

  private void runSome() {
    for (int i = 0; i < FAIR_SHARE; i++) {
      Runnable next;
      synchronized (tasks) {
        next = tasks.poll();
        if (next == null) {
          running = false;
          return;
        }
      }
      next.run();
    }
    schedule();
  }
}
