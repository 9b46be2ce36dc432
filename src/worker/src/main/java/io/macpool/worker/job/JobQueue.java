package io.macpool.worker.job;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where jobs come from. */
public interface JobQueue {

  /** Waits for one job. While the queue is out of reach it waits on, and goes on by itself. */
  Take take();

  /** Why no job can come at the moment; empty if all is well. */
  Optional<String> outage();

  /** Has {@code task} run each time when the queue is in reach again after it was not. */
  void onReturn(Runnable task);

  /** A wait for one job. */
  interface Take {

    /** The job; or nothing, after a cancel. Never fails. */
    CompletableFuture<Optional<Delivery>> delivery();

    /** Wait no longer. A job that comes in the same moment is either handed over or given back. */
    void cancel();
  }
}
