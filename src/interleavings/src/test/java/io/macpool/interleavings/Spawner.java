package io.macpool.interleavings;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** A thread for each task; all have ended when {@link #awaitAll} returns. */
public final class Spawner implements Executor {

  private final Deque<Thread> threads = new ArrayDeque<>();

  @Override
  public void execute(Runnable task) {
    Thread thread = new Thread(task);
    synchronized (this) {
      threads.add(thread);
    }
    thread.start();
  }

  /** Also those that begin while it waits. */
  public void awaitAll() throws InterruptedException {
    for (Thread next = next(); next != null; next = next()) {
      next.join();
    }
  }

  private synchronized Thread next() {
    return threads.poll();
  }
}
