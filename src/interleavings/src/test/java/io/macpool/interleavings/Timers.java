package io.macpool.interleavings;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Timers whose time has always come: a thread runs them one after the other, at any moment that the
 * schedule has for it. After so many it runs no more, as some would come again for ever.
 */
public final class Timers extends AbstractExecutorService implements ScheduledExecutorService {

  private static final Task END = new Task(() -> {});

  private final LinkedBlockingQueue<Task> due = new LinkedBlockingQueue<>();
  private final AtomicInteger left;
  private final Thread thread = new Thread(this::run);
  private volatile boolean closed;

  /** Runs {@code most} of them. */
  public Timers(int most) {
    left = new AtomicInteger(most);
    thread.start();
  }

  private static final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {

    Task(Runnable work) {
      super(work, null);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }

  private void run() {
    try {
      for (Task next = due.take(); next != END; next = due.take()) {
        if (left.getAndDecrement() > 0) {
          next.run();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    if (closed) {
      throw new RejectedExecutionException("closed");
    }
    Task task = new Task(command);
    due.add(task);
    return task;
  }

  /** Runs those that are due, and ends. */
  public void end() throws InterruptedException {
    closed = true;
    due.add(END);
    thread.join();
  }

  @Override
  public void execute(Runnable command) {
    ScheduledFuture<?> unused = schedule(command, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("no searched class calls it: play it here first");
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException("no searched class calls it: play it here first");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("no searched class calls it: play it here first");
  }

  @Override
  public void shutdown() {
    closed = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    closed = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return closed;
  }

  @Override
  public boolean isTerminated() {
    return closed;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return closed;
  }
}
