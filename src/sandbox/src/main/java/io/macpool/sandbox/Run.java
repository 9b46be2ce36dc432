package io.macpool.sandbox;

import io.macpool.core.GoDuration;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a person asked for, played to its end: publishes the jobs, watches, tells the outcome. */
final class Run {

  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration LEFTOVERS_GO = Duration.ofSeconds(60);

  private final Sandbox sandbox;
  private final SandboxOptions options;
  private final Progress progress;
  private final PrintStream out;
  private int unreadable;

  Run(Sandbox sandbox, SandboxOptions options, Progress progress, PrintStream out) {
    this.sandbox = sandbox;
    this.options = options;
    this.progress = progress;
    this.out = out;
  }

  /** Returns the exit status; without jobs it returns only by interruption. */
  int untilDone() throws InterruptedException {
    if (!options.endsByItself()) {
      out.println("Everything runs; Ctrl-C ends it.");
      out.print(sandbox.info().describe());
      sandbox.beginChaos();
      new CountDownLatch(1).await();
      return 0;
    }
    List<JobSample> samples = samples();
    try (Scheduler scheduler =
        Scheduler.connect(sandbox.amqpUri(), sandbox.queue(), progress::say)) {
      scheduler.publish(samples);
      progress.say(samples.size() + " jobs published to " + sandbox.queue());
      sandbox.beginChaos();
      return watch(scheduler.board());
    }
  }

  /** The jobs to publish; a file that can't be used is reported and does not stop the rest. */
  private List<JobSample> samples() {
    List<JobSample> samples = new ArrayList<>();
    for (int i = 0; i < options.sampleJobs(); i++) {
      samples.add(JobSample.builtIn(i));
    }
    for (Path file : options.payloads()) {
      try {
        samples.add(JobSample.fromFile(file));
      } catch (IllegalArgumentException e) {
        unreadable++;
        progress.say("payload not published: " + e.getMessage());
      }
    }
    return samples;
  }

  private int watch(JobBoard board) throws InterruptedException {
    Instant deadline = Instant.now().plus(options.deadline);
    CountDownLatch never = new CountDownLatch(1);
    while (!board.entries().stream().allMatch(JobBoard.Entry::ended)
        && Instant.now().isBefore(deadline)) {
      progress.state(Progress.describe(board.entries(), sandbox.usage().instances()));
      never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }
    progress.state(Progress.describe(board.entries(), sandbox.usage().instances()));
    progress.end();
    Report report =
        new Report(
            board.entries(),
            sandbox.usage()::hostOf,
            sandbox.usage().atTheEnd(LEFTOVERS_GO),
            sandbox.usage().peak(options.maxJobs()));
    out.println();
    out.print(report.table());
    report.surprises().forEach(surprise -> out.println("! " + surprise));
    if (unreadable > 0) {
      out.println("! " + unreadable + " payload files could not be used");
    }
    if (!Instant.now().isBefore(deadline)) {
      out.println("! the deadline of " + GoDuration.format(options.deadline) + " has passed");
    }
    out.println(report.lastLine());
    return report.asExpected() && unreadable == 0 ? 0 : 1;
  }
}
