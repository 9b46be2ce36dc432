package io.macpool.worker.queue;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Where work with the message broker runs: never on the client's own threads, which must not wait
 * for what they are to read.
 *
 * @param blocking carries out calls that wait for the broker
 * @param scheduler for what is tried again later; nothing that waits
 */
public record AmqpThreads(Executor blocking, ScheduledExecutorService scheduler) {

  public AmqpThreads {
    Objects.requireNonNull(blocking, "blocking");
    Objects.requireNonNull(scheduler, "scheduler");
  }
}
