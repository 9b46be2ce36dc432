package io.macpool.sandbox;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
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
      out.print(sandbox.info().describe(options.peers.kubeconfig == null));
      sandbox.beginChaos();
      new CountDownLatch(1).await();
      return 0;
    }
    List<JobSample> own = JobSample.fromFiles(options.payloads(), progress);
    List<JobSample> samples = new ArrayList<>();
    for (int i = 0; i < options.sampleJobs(); i++) {
      samples.add(sample(i));
    }
    samples.addAll(own);
    try (Scheduler scheduler =
        Scheduler.connect(sandbox.amqpUri(), sandbox.queue(), Scheduler.FIRST_ID, progress::say)) {
      if (options.migrate) {
        return migrate(scheduler, samples);
      }
      scheduler.publish(samples);
      progress.say(samples.size() + " jobs published to " + sandbox.queue());
      sandbox.beginChaos();
      return watch(scheduler.board(), own);
    }
  }

  /** Pools get jobs in turn. */
  private JobSample sample(int index) {
    JobSample sample = JobSample.builtIn(index);
    if (options.pools().isEmpty()) {
      return sample;
    }
    if (options.migrate) {
      boolean first = index < options.sampleJobs() / 2;
      return sample.on((first ? PoolPlan.Driver.VSPHERE : PoolPlan.Driver.TART).osxImage());
    }
    return sample.on(options.pools().get().osxImage(index));
  }

  /**
   * The first half asks for the old image. Before all of it has ended the second asks for the new
   * one, and vCenter's hosts are drained: all but one at once, the last when nothing asks for the
   * old image any more.
   */
  private int migrate(Scheduler scheduler, List<JobSample> samples) throws InterruptedException {
    List<JobSample> old = samples.subList(0, samples.size() / 2);
    JobBoard board = scheduler.board();
    JobWatch watch =
        new JobWatch(board, progress, () -> OptionalInt.of(sandbox.usage().instances()));
    int before = 1 + new Random(options.seed).nextInt(Math.max(1, old.size() / 2));
    try (Migration migration = sandbox.migration(options.seed)) {
      scheduler.publish(old);
      sandbox.beginChaos();
      boolean moved =
          watch.until(
              jobs -> jobs.stream().filter(JobBoard.Entry::ended).count() >= before,
              options.deadline);
      scheduler.publish(samples.subList(old.size(), samples.size()));
      migration.drainAllButOne();
      progress.say("vCenter's hosts are drained after " + before + " jobs; new ones go to Macs");
      moved &=
          watch.until(
              jobs -> jobs.stream().limit(old.size()).allMatch(JobBoard.Entry::ended),
              options.deadline);
      migration.drainTheRest();
      moved &= migration.awaitEmpty(LEFTOVERS_GO);
      out.printf(
          "migration: %d hosts of vCenter's %s, %d jobs before it%n",
          migration.drained(), moved ? "drained and empty" : "NOT empty in time", before);
      int status = watch(board, List.of());
      return moved ? status : 1;
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
