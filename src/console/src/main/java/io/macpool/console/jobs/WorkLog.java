package io.macpool.console.jobs;

import io.macpool.console.history.Bucket;
import io.macpool.console.history.Grain;
import io.macpool.console.history.Work;
import io.macpool.core.usage.Period;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Counts waits and outcomes by queue and hour until they are saved: what is here is not elsewhere.
 * Thread-safe.
 */
public final class WorkLog {

  /** Of jobs whose worker does not tell their queue. */
  public static final String NO_QUEUE = "(not told)";

  private static final int MOST_BUCKETS = 3_000;

  private final Map<Bucket, Map<String, Work>> counts = new HashMap<>();

  /** Takes in what is new of a job; its first delivery counts, and its first end. */
  public void hear(Optional<JobState> before, JobState told) {
    String queue = told.queue().orElse(NO_QUEUE);
    if (before.flatMap(JobState::received).isEmpty()
        && told.received().isPresent()
        && told.queued().isPresent()) {
      Duration wait = Duration.between(told.queued().get(), told.received().get());
      add(queue, told.received().get(), work -> work.waited(wait));
    }
    if (before.flatMap(JobState::finished).isEmpty() && told.finished().isPresent()) {
      add(queue, told.finished().get(), work -> work.ended(told.state()));
    }
  }

  private synchronized void add(String queue, Instant at, UnaryOperator<Work> one) {
    for (Grain grain : Grain.values()) {
      Bucket bucket = Bucket.of(grain, at);
      if (counts.size() < MOST_BUCKETS || counts.containsKey(bucket)) {
        counts
            .computeIfAbsent(bucket, none -> new HashMap<>())
            .compute(queue, (name, work) -> one.apply(work == null ? Work.none() : work));
      }
    }
  }

  /** All that is not saved. */
  public synchronized Map<Bucket, Map<String, Work>> unsaved() {
    Map<Bucket, Map<String, Work>> copy = new HashMap<>();
    counts.forEach((bucket, work) -> copy.put(bucket, Map.copyOf(work)));
    return copy;
  }

  /** Takes all that is not saved; whoever can't save it gives it back. */
  public synchronized Map<Bucket, Map<String, Work>> take() {
    Map<Bucket, Map<String, Work>> taken = unsaved();
    counts.clear();
    return taken;
  }

  /** Takes back what could not be saved. */
  public synchronized void giveBack(Map<Bucket, Map<String, Work>> taken) {
    taken.forEach(
        (bucket, work) ->
            work.forEach(
                (queue, each) ->
                    counts
                        .computeIfAbsent(bucket, none -> new HashMap<>())
                        .merge(queue, each, Work::plus)));
  }

  /** Of the hours of a period, what is not saved. */
  public synchronized Map<String, Work> within(Period hours) {
    Map<String, Work> sum = new HashMap<>();
    counts.forEach(
        (bucket, work) -> {
          if (bucket.grain() == Grain.HOUR
              && !bucket.from().isBefore(hours.from())
              && bucket.from().isBefore(hours.to())) {
            work.forEach((queue, each) -> sum.merge(queue, each, Work::plus));
          }
        });
    return sum;
  }
}
