package io.macpool.sandbox;

import io.macpool.core.GoDuration;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for published jobs to end, and shows how they get on. */
final class JobWatch {

  private static final Duration LOOK = Duration.ofMillis(200);

  private final JobBoard board;
  private final Progress progress;
  private final Supplier<OptionalInt> instances;

  /**
   * For the jobs of a board.
   *
   * @param instances how many there are now, where that is known
   */
  JobWatch(JobBoard board, Progress progress, Supplier<OptionalInt> instances) {
    this.board = board;
    this.progress = progress;
    this.instances = instances;
  }

  /** Waits until all have ended; tells whether they did in time. */
  boolean untilEnded(Duration limit) throws InterruptedException {
    return until(jobs -> jobs.stream().allMatch(JobBoard.Entry::ended), limit);
  }

  /** Waits until a condition of all jobs holds; tells whether it did in time. */
  boolean until(Predicate<Collection<JobBoard.Entry>> condition, Duration limit)
      throws InterruptedException {
    Instant deadline = Instant.now().plus(limit);
    CountDownLatch never = new CountDownLatch(1);
    boolean inTime = true;
    while (inTime && !condition.test(board.entries())) {
      show();
      never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      inTime = Instant.now().isBefore(deadline);
    }
    show();
    progress.end();
    if (!inTime) {
      progress.say("! the deadline of " + GoDuration.format(limit) + " has passed");
    }
    return inTime;
  }

  private void show() {
    progress.state(Progress.describe(board.entries(), instances.get()));
  }

  /** Prints what a job logged, between two lines that say whose it is and how it ended. */
  static void printLog(JobBoard.Entry job, PrintStream out) {
    out.printf("----- job %d (%s), its log -----%n", job.id(), job.sample().name());
    out.print(job.log().replace("\r\n", "\n"));
    out.printf("%n----- job %d %s -----%n", job.id(), job.state());
  }
}
