package io.macpool.core.simulation;

import io.macpool.core.job.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What must hold after every event, and at the end. */
final class JobPromises {

  /** A promise was broken. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String what) {
      super(what);
    }
  }

  /** Clocks differ by less than this. */
  private static final double TOLERANCE = 0.98;

  /** A run that is another's by now gives way a lease after it is back, and this. */
  private static final Duration SLACK = Duration.ofSeconds(12);

  private final VirtualTime time;
  private final Map<String, Report> ends = new HashMap<>();
  private final Map<String, Set<Integer>> scripts = new HashMap<>();
  private final Map<String, List<Run>> running = new LinkedHashMap<>();
  private final Map<String, Duration> together = new HashMap<>();
  private Consumer<Report> onEnd = report -> {};
  private int overlaps;
  private int begun;

  JobPromises(VirtualTime time) {
    this.time = time;
  }

  /** Who is told of each end, once. */
  void onEnd(Consumer<Report> listener) {
    onEnd = listener;
  }

  private Broken broken(String what) {
    time.note("broken: " + what);
    return new Broken(what);
  }

  /** A report is in the scheduler's queue. */
  void reported(Report report) {
    Report before = ends.putIfAbsent(report.key(), report);
    if (before != null) {
      if (!before.id().equals(report.id())) {
        throw broken("one end: " + report.key() + " ended as " + before + " and as " + report);
      }
      return;
    }
    time.note(report.key() + " ends " + report.verdict() + " by " + report.id());
    Set<Integer> statuses = scripts.getOrDefault(report.key(), Set.of());
    if ((report.verdict() == Verdict.PASSED && !statuses.contains(0))
        || (report.verdict() == Verdict.FAILED && !statuses.contains(1))) {
      throw broken("no false result: " + report + ", its scripts ended with " + statuses);
    }
    onEnd.accept(report);
  }

  /** A script came to its own end in a guest. */
  void scriptEnded(String key, int status) {
    scripts.computeIfAbsent(key, unused -> new HashSet<>()).add(status);
  }

  /** The job broker has dropped a message for good. */
  void acked(String key, boolean isCopyLeft) {
    if (!isCopyLeft && !ends.containsKey(key)) {
      throw broken("no job lost: " + key + " is acked and was never reported");
    }
  }

  /** A worker begins to run a job: whoever runs it must have been out of reach for a lease. */
  void begun(Run run) {
    begun++;
    time.note(run + " begins");
    List<Run> others = live(run.key());
    for (Run other : others) {
      overlaps++;
      Duration silence =
          run.worker().wire().broker().locks.silenceOf(run.key(), other.worker().life());
      if (silence.toMillis() < Worker.claimLease().toMillis() * TOLERANCE) {
        throw broken(
            "no job run by two who live: %s begins beside %s, whose lock was free for %s"
                .formatted(run, other, silence));
      }
    }
    running.computeIfAbsent(run.key(), unused -> new ArrayList<>()).add(run);
  }

  /** A script is started. */
  void started(Run run) {
    time.note(run + " starts its script");
  }

  void decided(Run run) {
    List<Run> left = running.getOrDefault(run.key(), new ArrayList<>());
    left.remove(run);
    if (left.isEmpty()) {
      running.remove(run.key());
    }
  }

  private List<Run> live(String key) {
    return running.getOrDefault(key, List.of()).stream()
        .filter(run -> run.worker().life().isAlive())
        .toList();
  }

  /** Whoever ends a worker, or its runs, must not be a planner. */
  void scaledDown(Worker worker) {
    List<Run> lost = worker.runs().stream().filter(Run::isUndecided).toList();
    if (!lost.isEmpty()) {
      throw broken("no job killed by scaling: " + worker + " goes while it runs " + lost);
    }
  }

  /** Processors alive, against those that may be. */
  void processors(String whose, int alive, int most) {
    if (alive > most) {
      throw broken("no limit passed: " + whose + " has " + alive + " processors of " + most);
    }
  }

  /** After each event. */
  void check() {
    for (Map.Entry<String, List<Run>> one : running.entrySet()) {
      if (one.getValue().size() > 1) {
        checkTogether(one.getKey());
      } else {
        together.remove(one.getKey());
      }
    }
  }

  /** Two who are both in reach, and move: one has to give way soon. */
  private void checkTogether(String key) {
    List<Run> both =
        live(key).stream()
            .filter(run -> run.worker().wire().connectedSince().isPresent())
            .filter(run -> !time.isStill(run.worker().life()))
            .toList();
    if (both.size() < 2) {
      together.remove(key);
      return;
    }
    Duration since = together.computeIfAbsent(key, unused -> time.now());
    for (Run run : both) {
      Duration connected = run.worker().wire().connectedSince().orElseThrow();
      since = connected.compareTo(since) > 0 ? connected : since;
    }
    if (time.now().minus(since).compareTo(Worker.claimLease().plus(SLACK)) > 0) {
      throw broken("no job run by two who live: " + both + " since " + since);
    }
  }

  /** When nothing has gone wrong for long, nothing is left. */
  void checkEnd(List<String> left) {
    if (!left.isEmpty()) {
      throw broken("nothing left: " + left);
    }
  }

  int begun() {
    return begun;
  }

  /** Runs that began beside another that was out of reach. */
  int overlaps() {
    return overlaps;
  }
}
