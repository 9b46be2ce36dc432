package io.macpool.core.pool;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How a cluster's limit follows its queue.
 *
 * @param minJobs never fewer
 * @param maxJobs never more
 * @param aim what is wanted for a given backlog
 * @param upStabilization grow only to what was wanted all through this time
 * @param downStabilization shrink only to the most that was wanted over this time
 * @param maxStep most jobs to add or take in one {@link AutoscalePlanner#STEP_INTERVAL}
 */
public record ScalingPolicy(
    int minJobs,
    int maxJobs,
    Aim aim,
    Duration upStabilization,
    Duration downStabilization,
    OptionalInt maxStep) {

  /** What is wanted for a given backlog. */
  public sealed interface Aim {

    /** Room for each queued job, times a factor. */
    record PerQueuedJob(double jobs) implements Aim {
      public PerQueuedJob {
        if (!(jobs > 0) || Double.isInfinite(jobs)) {
          throw new IllegalArgumentException("jobs per queued job must be above 0, is " + jobs);
        }
      }
    }

    /** As few processors as start the last queued job within this time. */
    record QueueWait(Duration most) implements Aim {
      public QueueWait {
        Objects.requireNonNull(most, "most");
      }
    }
  }

  public ScalingPolicy {
    if (minJobs < 0 || maxJobs < minJobs) {
      throw new IllegalArgumentException(
          "jobs between " + minJobs + " and " + maxJobs + " can't be");
    }
  }

  /** Jobs wanted for this backlog, within the policy's bounds. */
  int wanted(Backlog backlog) {
    double wanted = backlog.depth();
    if (aim instanceof Aim.PerQueuedJob perJob) {
      wanted *= perJob.jobs();
    } else if (aim instanceof Aim.QueueWait wait) {
      wanted *= fraction(wait, backlog);
    }
    return (int) Math.max(minJobs, Math.min(maxJobs, Math.ceil(wanted)));
  }

  /**
   * With n processors, {@code depth} jobs of mean length D all started within W need {@code n * (W
   * + D) / D >= depth}: n at once and n more for each D that passes.
   */
  private static double fraction(Aim.QueueWait wait, Backlog backlog) {
    return backlog
        .meanRun()
        .filter(run -> !run.isZero() && !run.isNegative())
        .map(run -> (double) run.toMillis() / (run.toMillis() + wait.most().toMillis()))
        .orElse(1.0);
  }
}
