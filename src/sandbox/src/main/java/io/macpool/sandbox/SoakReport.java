package io.macpool.sandbox;

import io.macpool.core.GoDuration;
import io.macpool.sim.amqp.StateUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What came of a soak.
 *
 * @param fed how long jobs were published
 * @param jobs every job, after the drain
 * @param leaked machines still there long after the last job had ended, by name
 * @param overcommitted what was ever above its limit, in words
 * @param died services that ended though nobody killed them, in words
 * @param mishaps what went wrong on purpose, with the time of each
 * @param began the moment that times are told from
 */
record SoakReport(
    Duration fed,
    List<JobBoard.Entry> jobs,
    List<String> leaked,
    List<String> overcommitted,
    List<String> died,
    List<String> mishaps,
    Instant began) {

  SoakReport {
    jobs = List.copyOf(jobs);
    leaked = List.copyOf(leaked);
    overcommitted = List.copyOf(overcommitted);
    died = List.copyOf(died);
    mishaps = List.copyOf(mishaps);
  }

  /** Published, and never finished. */
  List<JobBoard.Entry> lost() {
    return jobs.stream().filter(job -> !job.ended()).toList();
  }

  /**
   * Finished at some time in another state than its sample ends in, or with another log. Without
   * mishaps, whatever else the contract forbids counts too.
   */
  List<JobBoard.Entry> wrong() {
    return jobs.stream().filter(this::isWrong).toList();
  }

  private boolean isWrong(JobBoard.Entry job) {
    boolean otherwise =
        job.reported().updates().stream()
            .filter(StateUpdate::isFinish)
            .anyMatch(finish -> !job.sample().accepts(finish.state()));
    return otherwise
        || (job.ended() && !job.logAsExpected())
        || (mishaps.isEmpty() && job.ended() && !job.asExpected());
  }

  /**
   * Taken again after a finish: its delivery came again because its worker or its connection went
   * between the report and the acknowledgement. A job whose publisher was not told that the queue
   * has it, and published it once more, is two to the queue.
   */
  long repeated() {
    return jobs.stream().filter(SoakReport::isRepeated).count();
  }

  private static boolean isRepeated(JobBoard.Entry job) {
    List<StateUpdate> updates = job.reported().updates();
    for (int i = 0; i < updates.size(); i++) {
      StateUpdate finish = updates.get(i);
      if (finish.isFinish()
          && updates.stream().skip(i + 1L).anyMatch(later -> !later.isLateFor(finish))) {
        return !job.perhapsTwice();
      }
    }
    return false;
  }

  /**
   * Run by two at once: one reported something after another had started. Whoever lost its worker
   * reports nothing any more.
   */
  List<JobBoard.Entry> byTwo() {
    return jobs.stream().filter(SoakReport::isByTwo).toList();
  }

  private static boolean isByTwo(JobBoard.Entry job) {
    Optional<String> running = Optional.empty();
    for (StateUpdate update : job.reported().updates()) {
      if (update.isStart()) {
        running = update.instanceId();
      } else if (!update.isReceive()
          && update.instanceId().isPresent()
          && running.isPresent()
          && !update.instanceId().equals(running)) {
        return true;
      }
    }
    return false;
  }

  /** Given up by a worker and queued anew, at least once. */
  long reset() {
    return jobs.stream().filter(job -> job.reported().resets() > 0).count();
  }

  boolean good() {
    return lost().isEmpty()
        && wrong().isEmpty()
        && repeated() == 0
        && byTwo().isEmpty()
        && leaked.isEmpty()
        && overcommitted.isEmpty()
        && died.isEmpty();
  }

  /** The whole of it for a person: the evidence first, the six numbers last. */
  String text() {
    List<String> lines = new ArrayList<>();
    jobs.stream()
        .filter(SoakReport::isRepeated)
        .forEach(job -> lines.add("! taken again: " + history(job)));
    byTwo().forEach(job -> lines.add("! by two: " + history(job)));
    lost().forEach(job -> lines.add("! lost: " + history(job)));
    wrong().forEach(job -> lines.add("! false: " + history(job)));
    leaked.forEach(machine -> lines.add("! leaked: " + machine));
    overcommitted.forEach(what -> lines.add("! overcommitted: " + what));
    died.forEach(what -> lines.add("! " + what));
    if (!good()) {
      mishaps.forEach(mishap -> lines.add("  " + mishap));
    }
    long ended = jobs.stream().filter(JobBoard.Entry::ended).count();
    lines.add(
        String.format(
            Locale.ROOT,
            "jobs: %d published in %s, %d ended (%.1f a minute), %d reset on the way; %d mishaps",
            jobs.size(),
            GoDuration.format(fed),
            ended,
            ended * 60.0 / Math.max(1, fed.toSeconds()),
            reset(),
            mishaps.size()));
    lines.add(
        String.format("taken again after their end %d, run by two %d", repeated(), byTwo().size()));
    lines.add(
        String.format(
            "lost %d, false %d, leaked %d, overcommitted %d",
            lost().size(), wrong().size(), leaked.size(), overcommitted.size()));
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  private String history(JobBoard.Entry job) {
    String updates =
        job.reported().updates().stream()
            .map(
                update ->
                    since(update.arrived())
                        + " "
                        + update.state()
                        + update.instanceId().map(id -> " on " + id).orElse(""))
            .collect(Collectors.joining(", "));
    return "job "
        + job.id()
        + " ("
        + job.sample().name()
        + "), published "
        + since(job.published())
        + (updates.isEmpty() ? ", nothing reported" : ", " + updates)
        + (job.reported().finish().isPresent() && !job.reported().logEnded()
            ? ", log without an end"
            : "")
        + (job.ended() && !job.logAsExpected() ? ", with lines missing or doubled in its log" : "");
  }

  private String since(Instant time) {
    return "+" + GoDuration.format(Duration.ofSeconds(Duration.between(began, time).toSeconds()));
  }
}
