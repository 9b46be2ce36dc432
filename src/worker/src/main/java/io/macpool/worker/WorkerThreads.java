package io.macpool.worker;

import io.macpool.core.GoDuration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one worker, however many jobs it runs: some for steps, which never block; some for
 * what does; a few for time. Their queues are bounded by the number of jobs, each of which has a
 * handful of tasks at most.
 */
final class WorkerThreads implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WorkerThreads.class);
  private static final int BLOCKING = 24;
  private static final Duration END_DEADLINE = Duration.ofSeconds(5);

  private final ThreadPoolExecutor steps =
      pool("job-step", Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
  private final ThreadPoolExecutor blocking = pool("job-io", BLOCKING);
  private final ScheduledThreadPoolExecutor scheduler;

  WorkerThreads() {
    scheduler = new ScheduledThreadPoolExecutor(2, named("job-timer"));
    scheduler.setRemoveOnCancelPolicy(true);
    scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  ExecutorService steps() {
    return steps;
  }

  ExecutorService blocking() {
    return blocking;
  }

  ScheduledThreadPoolExecutor scheduler() {
    return scheduler;
  }

  private static ThreadPoolExecutor pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
    steps.shutdown();
    blocking.shutdown();
    long until = System.nanoTime() + END_DEADLINE.toNanos();
    try {
      for (ThreadPoolExecutor pool : List.of(steps, blocking)) {
        if (!pool.awaitTermination(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          log.warn(
              "{} tasks did not end within {}",
              pool.getActiveCount(),
              GoDuration.format(END_DEADLINE));
          pool.shutdownNow();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      steps.shutdownNow();
      blocking.shutdownNow();
    }
  }
}
