package io.macpool.sandbox;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is known of every job published. A job ends when a finish is reported; {@code reset} puts it
 * back, as the scheduler would. Thread-safe: results arrive on the AMQP client's thread.
 */
final class JobBoard {

  private static final Set<String> FINAL = Set.of("passed", "failed", "errored", "cancelled");

  /**
   * One job so far; times are null until reported.
   *
   * @param finishes how many finishes were reported: more than one is a broken promise
   */
  record Entry(
      long id,
      JobSample sample,
      String state,
      Instant published,
      Instant received,
      Instant started,
      Instant finished,
      String instance,
      int finishes,
      int resets) {

    boolean ended() {
      return finishes > 0;
    }

    boolean asExpected() {
      return finishes == 1 && sample.accepts(state);
    }
  }

  private final Map<Long, Entry> entries = new TreeMap<>();

  synchronized void published(long id, JobSample sample, Instant at) {
    entries.put(id, new Entry(id, sample, "queued", at, null, null, null, null, 0, 0));
  }

  /**
   * Takes a state update; one for a job that is not ours is ignored.
   *
   * @return the job's entry after it
   */
  synchronized Optional<Entry> update(long id, String state, String instance, Instant at) {
    Entry entry = entries.get(id);
    if (entry == null) {
      return Optional.empty();
    }
    boolean last = FINAL.contains(state);
    boolean reset = state.equals("reset");
    Entry next =
        new Entry(
            id,
            entry.sample(),
            state,
            entry.published(),
            state.equals("received") ? at : entry.received(),
            state.equals("started") ? at : entry.started(),
            last ? at : entry.finished(),
            instance == null ? entry.instance() : instance,
            entry.finishes() + (last ? 1 : 0),
            entry.resets() + (reset ? 1 : 0));
    entries.put(id, next);
    return Optional.of(next);
  }

  synchronized Collection<Entry> entries() {
    return List.copyOf(entries.values());
  }

  synchronized boolean allEnded() {
    return entries.values().stream().allMatch(Entry::ended);
  }

  synchronized long count(String state) {
    return entries.values().stream().filter(e -> e.state().equals(state)).count();
  }

  synchronized long ended() {
    return entries.values().stream().filter(Entry::ended).count();
  }
}
