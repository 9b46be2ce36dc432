package io.macpool.brain.http;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is under way when the broker is told to stop: it may end within a limit, and is answered at
 * that limit if it has not. Nothing new begins. Thread-safe.
 */
final class Drain {

  /** For answers to be written after what took too long was cut. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /** Something under way. */
  static final class Task {
    private final Runnable cut;

    private Task(Runnable cut) {
      this.cut = cut;
    }
  }

  private final Set<Task> tasks = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  boolean isStopping() {
    return stopping;
  }

  /**
   * Begins something.
   *
   * @param cut has it answered at once; called at most once, and not after {@link #ended}
   * @return nothing if nothing may begin any more
   */
  Optional<Task> begin(Runnable cut) {
    Task task = new Task(cut);
    tasks.add(task);
    // After the adding: whoever stops either sees the task or is seen here.
    if (stopping) {
      ended(task);
      return Optional.empty();
    }
    return Optional.of(task);
  }

  /** It is answered. */
  void ended(Task task) {
    if (tasks.remove(task) && stopping) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /**
   * Lets nothing begin any more and waits for what is under way.
   *
   * @return how many had to be cut short
   */
  int await(Duration limit) throws InterruptedException {
    stopping = true;
    awaitNone(limit);
    Set<Task> late = Set.copyOf(tasks);
    late.forEach(task -> task.cut.run());
    awaitNone(LAST_WORDS);
    return late.size();
  }

  private synchronized void awaitNone(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (long left = limit.toMillis();
        !tasks.isEmpty() && left > 0;
        left = (end - System.nanoTime()) / 1_000_000) {
      wait(left);
    }
  }
}
