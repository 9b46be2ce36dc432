package io.macpool.brain.lifecycle.execution;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the life of instances takes from the process that it runs in: time, threads and chance. A
 * simulation has its own, so that one seed gives one course of events.
 */
public interface BrokerRuntime {

  /** By which everything is on record. */
  Clock clock();

  /** Monotonic time in nanoseconds, of which only differences mean something. */
  long nanos();

  /** A name that no instance had before, in any replica. */
  String newId();

  /** Completes after {@code delay}. */
  CompletableFuture<Void> after(Duration delay);

  /** Completes {@code word} after {@code delay} if nothing else has done so by then. */
  void completeAfter(CompletableFuture<Void> word, Duration delay);

  /** A thread for work that is done one piece after the other; whoever asks for it closes it. */
  ScheduledExecutorService serial(String name);

  /**
   * Threads for work that waits; whoever asks for them closes them.
   *
   * @param threads at most
   * @param waiting pieces of work at most that wait for one; more are rejected
   */
  ExecutorService pool(String name, int threads, int waiting);
}
