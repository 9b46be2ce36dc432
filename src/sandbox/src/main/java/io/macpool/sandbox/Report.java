package io.macpool.sandbox;

import io.macpool.core.GoDuration;
import io.macpool.sim.amqp.StateUpdate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What a finished run looks like on paper: a table of jobs, what went wrong, and one last line. */
final class Report {

  /**
   * Instances over the whole run.
   *
   * @param leaked alive at the end without being wanted
   */
  record Instances(long created, long destroyed, long leaked) {}

  /** The most that was in use at one moment. */
  record Peak(int instances, int hosts, int processors, int maxProcessors) {}

  private static final String LEGEND =
      "(WAITED: until a worker had it; BOOT: until its VM let us in; RAN: its script;"
          + " VM: the first letters of the instance's id)";

  private final Collection<JobBoard.Entry> jobs;
  private final Hosts hosts;
  private final Instances instances;
  private final Peak peak;

  /** Names the host that an instance ran on. */
  @FunctionalInterface
  interface Hosts {
    String of(String instance);
  }

  Report(Collection<JobBoard.Entry> jobs, Hosts hosts, Instances instances, Peak peak) {
    this.jobs = jobs;
    this.hosts = hosts;
    this.instances = instances;
    this.peak = peak;
  }

  /** Whether every job ended once, as its sample says, and nothing is left behind. */
  boolean asExpected() {
    return instances.leaked() == 0 && jobs.stream().allMatch(JobBoard.Entry::asExpected);
  }

  String table() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"JOB", "REPOSITORY", "STATE", "WAITED", "BOOT", "RAN", "VM", "HOST"});
    for (JobBoard.Entry job : jobs) {
      Optional<String> instance = job.instance();
      rows.add(
          new String[] {
            Long.toString(job.id()),
            job.sample().repository(),
            job.state() + (job.asExpected() ? "" : " (!)"),
            between(Optional.of(job.published()), job.time(StateUpdate::isReceive)),
            between(job.time(StateUpdate::isReceive), job.time(StateUpdate::isStart)),
            between(job.time(StateUpdate::isStart), job.time(StateUpdate::isFinish)),
            instance.map(id -> id.substring(0, Math.min(8, id.length()))).orElse("-"),
            instance.map(hosts::of).orElse("-")
          });
    }
    return aligned(rows) + LEGEND + System.lineSeparator();
  }

  /** A sentence for each job that did not end as its sample says. */
  List<String> surprises() {
    List<String> surprises = new ArrayList<>();
    for (JobBoard.Entry job : jobs) {
      if (!job.asExpected()) {
        surprises.add("job " + job.id() + " (" + job.sample().name() + ") " + surprise(job));
      }
    }
    if (instances.leaked() > 0) {
      surprises.add(instances.leaked() + " instances are still there and nobody wants them");
    }
    return surprises;
  }

  String lastLine() {
    long lost = jobs.stream().filter(job -> !job.ended()).count();
    return String.format(
        "jobs: %d published, %d passed, %d failed, %d errored%s, %d lost"
            + " | instances: %d created, %d destroyed, %d leaked"
            + " | peak: %d VMs on %d hosts, %d of %d processors",
        jobs.size(),
        count("passed"),
        count("failed"),
        count("errored"),
        count("cancelled") > 0 ? ", " + count("cancelled") + " cancelled" : "",
        lost,
        instances.created(),
        instances.destroyed(),
        instances.leaked(),
        peak.instances(),
        peak.hosts(),
        peak.processors(),
        peak.maxProcessors());
  }

  private static String surprise(JobBoard.Entry job) {
    if (!job.ended()) {
      return "never ended: last heard of as " + job.state();
    }
    if (job.reported().finishes() > 1) {
      return "was finished " + job.reported().finishes() + " times";
    }
    if (job.sample().accepts(job.state())) {
      return job.logAsExpected()
          ? "was reported badly: " + job.reported().flaws()
          : "has lines missing or doubled in its log";
    }
    return "ended " + job.state() + " instead of " + job.sample().expected().orElse("finished");
  }

  private long count(String state) {
    return jobs.stream().filter(job -> job.ended() && job.state().equals(state)).count();
  }

  private static String between(Optional<Instant> from, Optional<Instant> to) {
    if (from.isEmpty() || to.isEmpty()) {
      return "-";
    }
    Duration time = Duration.between(from.get(), to.get());
    return GoDuration.format(
        time.isNegative() ? Duration.ZERO : time.truncatedTo(ChronoUnit.MILLIS));
  }

  private static String aligned(List<String[]> rows) {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        line.append(String.format("%-" + (widths[i] + 2) + "s", row[i]));
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
