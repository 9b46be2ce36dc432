package io.macpool.sandbox;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

/** What a person asked for, played to its end: publishes the jobs, watches, tells the outcome. */
final class Run {

  private static final Duration LEFTOVERS_GO = Duration.ofSeconds(60);

  /** A host is drained, rebooted and tried well within this. */
  private static final Duration A_REPAIR = Duration.ofMinutes(2);

  private final Sandbox sandbox;
  private final SandboxOptions options;
  private final Progress progress;
  private final PrintStream out;

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
      out.print(sandbox.info().describe(options.peers.kubeconfig == null, sandbox.sshPort()));
      sandbox.beginChaos();
      new CountDownLatch(1).await();
      return 0;
    }
    List<JobSample> own = JobSample.fromFiles(options.payloads(), progress);
    List<JobSample> samples = new ArrayList<>();
    for (int i = 0; i < options.sampleJobs(); i++) {
      samples.add(JobSample.builtIn(i));
    }
    samples.addAll(own);
    try (Scheduler scheduler =
        Scheduler.connect(sandbox.amqpUri(), sandbox.queue(), Scheduler.FIRST_ID, progress::say)) {
      scheduler.publish(samples);
      progress.say(samples.size() + " jobs published to " + sandbox.queue());
      sandbox.beginChaos();
      return watch(scheduler.board(), own);
    }
  }

  private int watch(JobBoard board, List<JobSample> own) throws InterruptedException {
    boolean inTime =
        new JobWatch(board, progress, () -> OptionalInt.of(sandbox.usage().instances()))
            .untilEnded(options.deadline);
    board.entries().stream()
        .filter(job -> own.contains(job.sample()))
        .forEach(job -> JobWatch.printLog(job, out));
    boolean repaired = sandbox.repairs().isEmpty() || sandbox.repairs().get().awaitOne(A_REPAIR);
    int unreadable = options.payloads().size() - own.size();
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
    if (!repaired) {
      out.println("! no host was repaired, though some needed it");
    }
    sandbox.repairs().map(HostRepairs::line).ifPresent(out::println);
    out.println(report.lastLine());
    return inTime && repaired && report.asExpected() && unreadable == 0 ? 0 : 1;
  }
}
