package io.macpool.bench.worker;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Looks at a worker's live heap again and again, and keeps the most that it saw. */
final class HeapWatch implements AutoCloseable {

  private static final int EVERY_SECONDS = 2;

  private final WorkerProcess worker;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledFuture<?> looks;
  private volatile double most;

  private HeapWatch(WorkerProcess worker) {
    this.worker = worker;
    this.looks =
        thread.scheduleWithFixedDelay(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  static HeapWatch start(WorkerProcess worker) {
    return new HeapWatch(worker);
  }

  private void look() {
    try {
      most = Math.max(most, worker.heapLive());
    } catch (IOException e) {
      throw new IllegalStateException("the worker's heap can't be looked at", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** MiB; a look that failed is told here. */
  double most() throws IOException {
    if (looks.isDone() || most == 0) {
      throw new IOException("the worker's heap could not be looked at");
    }
    return most;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
