package io.macpool.core.runner;

import io.macpool.core.Observed;
import io.macpool.core.runner.Runner.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runners for jobs. It follows how many jobs are assigned, which those who assign them count, and
 * never messages about single jobs: they come late, twice, or for a job that was cancelled. What is
 * unknown holds what depends on it, and a runner that has a job is never given up.
 */
public final class RunnerPlanner {

  private RunnerPlanner() {}

  /**
   * Plans one step; the next one follows when something was seen to change.
   *
   * @param assigned jobs that are assigned, running ones included
   * @param room instances that may be there in all: those of the runners given, and free slots
   * @param runners all of ours, the oldest first
   */
  public static RunnerPlan plan(
      RunnerPolicy policy,
      Observed<Integer> assigned,
      Observed<Integer> room,
      List<Runner> runners) {
    int live = (int) runners.stream().filter(Runner::counts).count();
    int capacity = room.match(known -> Math.min(known.value(), policy.most()), unknown -> live);
    Optional<Integer> jobs = assigned.toOptional();
    if (jobs.isEmpty()) {
      return new RunnerPlan(0, List.of(), capacity, "hold: " + why(assigned));
    }
    int desired = Math.min(policy.most(), Math.max(0, jobs.get()) + policy.spare());
    int missing = Math.max(0, desired - live);
    List<String> retire = surplus(runners, live - desired);
    if (!room.isKnown()) {
      return new RunnerPlan(
          0, retire, capacity, missing == 0 ? "enough runners" : "hold: " + why(room));
    }
    int held = (int) runners.stream().filter(Runner::held).count();
    int free = Math.max(0, room.toOptional().orElse(0) - held);
    int create = Math.min(missing, free);
    return new RunnerPlan(create, retire, capacity, reason(policy, desired, missing, create));
  }

  /** Those that are not ready yet first, and of them the youngest: least is lost by them. */
  private static List<String> surplus(List<Runner> runners, int tooMany) {
    List<String> retire = new ArrayList<>();
    for (Phase phase : List.of(Phase.PREPARING, Phase.IDLE)) {
      for (int i = runners.size() - 1; i >= 0 && retire.size() < tooMany; i--) {
        if (runners.get(i).phase() == phase) {
          retire.add(runners.get(i).id());
        }
      }
    }
    return retire;
  }

  private static String reason(RunnerPolicy policy, int desired, int missing, int create) {
    if (create < missing) {
      return "the pool has no slot for %d of %d runners".formatted(missing - create, desired);
    }
    return desired == policy.most()
        ? "the limit of %d runners".formatted(desired)
        : "enough runners";
  }

  private static String why(Observed<Integer> unknown) {
    return unknown.match(known -> "", blind -> blind.cause());
  }
}
