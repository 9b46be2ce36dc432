package io.macpool.worker.job;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where logs go. Parts of one job arrive in the order in which they were given. */
public interface LogSink {

  /** Completes when the part is safe; fails only when the worker ends before that. */
  CompletableFuture<Void> publish(LogPart part);

  /** Why parts can't be told at the moment; empty if they can, as far as is known. */
  default Optional<String> outage() {
    return Optional.empty();
  }
}
