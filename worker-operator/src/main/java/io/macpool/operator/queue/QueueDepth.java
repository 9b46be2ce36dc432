package io.macpool.operator.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Reads how deep a queue is. Thread-safe; a call ends within its own time-outs. */
public interface QueueDepth extends AutoCloseable {

  /**
   * Messages of one queue.
   *
   * @param ready nobody took them yet
   * @param unacked taken and not finished; empty where the broker does not tell, so that they must
   *     be known from the workers
   */
  record Depth(long ready, OptionalLong unacked) {}

  /**
   * Reads.
   *
   * @throws IOException with a phrase for a person, if the depth can't be known now: no broker, no
   *     such queue, a field that the broker does not tell yet
   */
  Depth read(String queue) throws IOException;

  /** What became of a question. To be looked at by whoever asked, for it may wait a little. */
  @FunctionalInterface
  interface Answer {

    /**
     * The depth.
     *
     * @throws IOException as {@link QueueDepth#read} does
     */
    Depth depth() throws IOException;
  }

  /**
   * Asks, and does not wait where that can be avoided; completes within the time-outs, and never
   * with a failure. Each answer must be looked at, or what it holds is lost.
   */
  default CompletableFuture<Answer> ask(String queue) {
    return CompletableFuture.completedFuture(() -> read(queue));
  }

  /** How often it is worth asking at most. */
  default Duration atMostEvery() {
    return Duration.ofMillis(1);
  }

  /** Frees connections, within a bound. */
  @Override
  void close();
}
