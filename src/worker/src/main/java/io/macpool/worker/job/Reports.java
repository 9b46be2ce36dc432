package io.macpool.worker.job;

import java.util.concurrent.CompletableFuture;

/** Where states are reported. Reports of one job arrive in the order in which they were given. */
public interface Reports {

  /** Completes when the report is safe; fails only when the worker ends before that. */
  CompletableFuture<Void> publish(StateReport report);
}
