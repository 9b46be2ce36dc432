package io.macpool.sandbox;

import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.LogPart;
import io.macpool.sim.amqp.StateUpdate;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Every job published, beside what was reported of it. Thread-safe. */
final class JobBoard {

  private record Published(JobSample sample, Instant at, boolean perhapsTwice) {}

  /**
   * One job so far.
   *
   * @param perhapsTwice whether it may have two messages: nobody confirmed the first, or a worker
   *     had had the first when its queue was deleted
   */
  record Entry(
      long id, JobSample sample, Instant published, boolean perhapsTwice, JobRecord reported) {

    /** The last state reported; {@code queued} before the first. */
    String state() {
      List<StateUpdate> updates = reported.updates();
      return updates.isEmpty() ? "queued" : updates.get(updates.size() - 1).state();
    }

    /** Whether it is finished and its log has come to its end. */
    boolean ended() {
      return reported.finish().isPresent() && reported.logEnded();
    }

    /** Whether its log holds what its sample says. */
    boolean logAsExpected() {
      return sample.accepts(log(), isRunAgain());
    }

    private boolean isRunAgain() {
      return reported.runs().size() > 1;
    }

    /** What it logged so far; parts that came twice count once. */
    String log() {
      boolean severalRuns = isRunAgain();
      Set<Long> numbers = new HashSet<>();
      return reported.parts().stream()
          .filter(part -> severalRuns || numbers.add(part.number()))
          .sorted(Comparator.comparingLong(part -> severalRuns ? 0 : part.number()))
          .map(LogPart::content)
          .collect(Collectors.joining());
    }

    /** Whether it ended once, in its sample's state, and was reported as the contract has it. */
    boolean asExpected() {
      return ended()
          && reported.finishes() == 1
          && sample.accepts(state())
          && logAsExpected()
          && reported.flaws().isEmpty();
    }

    /** Its last VM. */
    Optional<String> instance() {
      return reported.updates().stream().flatMap(u -> u.instanceId().stream()).reduce((a, b) -> b);
    }

    /** When the last update of a kind was reported. */
    Optional<Instant> time(Predicate<StateUpdate> kind) {
      return reported.updates().stream()
          .filter(kind)
          .map(StateUpdate::arrived)
          .reduce((earlier, later) -> later);
    }
  }

  private final LongFunction<JobRecord> reports;
  private final TreeMap<Long, Published> jobs = new TreeMap<>();

  /** A board without jobs; {@code reports} tells what was reported of a job so far. */
  JobBoard(LongFunction<JobRecord> reports) {
    this.reports = reports;
  }

  synchronized void published(long id, JobSample sample, Instant at) {
    jobs.put(id, new Published(sample, at, false));
  }

  /** It is published again, though its first message may be in the queue, or have been taken. */
  synchronized void publishedAgain(long id) {
    jobs.computeIfPresent(id, (same, job) -> new Published(job.sample(), job.at(), true));
  }

  /** The sample of a job of ours. */
  synchronized Optional<JobSample> sample(long id) {
    return Optional.ofNullable(jobs.get(id)).map(Published::sample);
  }

  synchronized List<Entry> entries() {
    return jobs.entrySet().stream()
        .map(
            job ->
                new Entry(
                    job.getKey(),
                    job.getValue().sample(),
                    job.getValue().at(),
                    job.getValue().perhapsTwice(),
                    reports.apply(job.getKey())))
        .toList();
  }
}
