package io.macpool.sim.amqp;

import io.macpool.sim.amqp.ContractViolation.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a job's messages as a strict scheduler would. */
final class ContractChecker {

  /** Bytes of content that one log part may hold. */
  private static final int MAX_PART = 1_653;

  private static final Map<String, Set<String>> STATES =
      Map.of(
          StateUpdate.RECEIVE, Set.of("received"),
          StateUpdate.START, Set.of("started"),
          StateUpdate.FINISH, Set.of("passed", "failed", "errored", "cancelled"),
          StateUpdate.RESET, Set.of("reset"));

  private final List<ContractViolation> found = new ArrayList<>();

  private ContractChecker() {}

  static List<ContractViolation> of(JobRecord job) {
    ContractChecker flaws = new ContractChecker();
    job.runs().forEach(flaws::readRun);
    if (job.finishes() > 1) {
      flaws.add(Kind.SEVERAL_FINISHES, job.finishes() + " finishes");
    }
    job.logRuns().forEach(flaws::readLog);
    if (job.finish().isPresent() && !job.logEnded()) {
      flaws.add(Kind.LOG_NOT_ENDED, "finished without a final log part");
    }
    return List.copyOf(flaws.found);
  }

  private void readRun(List<StateUpdate> run) {
    StateUpdate before = null;
    for (StateUpdate update : run) {
      if (!STATES.getOrDefault(update.event(), Set.of()).contains(update.state())) {
        add(Kind.STATE_UNKNOWN, "\"" + update.state() + "\" with " + update.event());
      }
      if (before == null) {
        if (!update.isReceive()) {
          add(Kind.STATE_OUT_OF_ORDER, "the run begins with " + update.event());
        }
      } else {
        compare(before, update);
      }
      before = update;
    }
  }

  private void compare(StateUpdate before, StateUpdate update) {
    String both = before.event() + " " + before.count() + ", " + update.event();
    if (update.count() == before.count()) {
      add(Kind.STATE_DUPLICATE, both + " " + update.count());
    } else if (update.count() < before.count()) {
      add(Kind.STATE_OUT_OF_ORDER, both + " " + update.count());
    } else if (update.count() > before.count() + 1) {
      add(Kind.STATE_GAP, both + " " + update.count());
    }
    if (before.ends()) {
      add(Kind.UPDATE_AFTER_END, both + " " + update.count());
    }
  }

  private void readLog(List<LogPart> run) {
    Map<Long, LogPart> parts = new HashMap<>();
    long highest = -1;
    boolean ended = false;
    for (LogPart part : run) {
      LogPart before = parts.putIfAbsent(part.number(), part);
      if (before != null) {
        boolean same = before.content().equals(part.content()) && before.last() == part.last();
        add(same ? Kind.LOG_DUPLICATE : Kind.LOG_PART_CHANGED, "number " + part.number());
        continue;
      }
      if (part.number() < highest) {
        add(Kind.LOG_OUT_OF_ORDER, "number " + part.number() + " after " + highest);
      }
      highest = Math.max(highest, part.number());
      if (ended || (part.last() && !part.content().isEmpty())) {
        add(Kind.LOG_AFTER_END, "number " + part.number());
      }
      ended |= part.last();
      readContent(part);
    }
    for (long number = 0; number < highest; number++) {
      if (!parts.containsKey(number)) {
        add(Kind.LOG_GAP, "number " + number + " is missing");
      }
    }
  }

  private void readContent(LogPart part) {
    int bytes = part.content().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_PART) {
      add(Kind.LOG_PART_TOO_LONG, "number " + part.number() + " has " + bytes + " bytes");
    }
    if (part.content().indexOf('\uFFFD') >= 0) {
      add(Kind.LOG_SPLIT_CHARACTER, "number " + part.number());
    }
  }

  private void add(Kind kind, String detail) {
    found.add(new ContractViolation(kind, detail));
  }
}
