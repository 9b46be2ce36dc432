package io.macpool.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.macpool.core.GoDuration;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.amqp.StateUpdate;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What the scheduler does, played to its end: publishes the jobs, queues anew what a worker gave
 * up, and tells the outcome.
 */
final class Run {

  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration LEFTOVERS_GO = Duration.ofSeconds(60);
  private static final long FIRST_ID = 900_001;

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
    ExecutorService requeuing =
        Executors.newSingleThreadExecutor(work -> new Thread(work, "sandbox-scheduler"));
    try (ResultCollector collector = ResultCollector.start(sandbox.amqpUri());
        JobPublisher publisher = JobPublisher.connect(sandbox.amqpUri())) {
      JobBoard board = new JobBoard(collector::job);
      collector.onState(
          update -> {
            if (update.isReset()) {
              queueAnew(requeuing, publisher, board, update);
            }
          });
      publish(samples, publisher, board);
      sandbox.beginChaos();
      return watch(board);
    } finally {
      requeuing.shutdownNow();
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

  private void publish(List<JobSample> samples, JobPublisher publisher, JobBoard board) {
    long id = FIRST_ID;
    List<String> bodies = new ArrayList<>();
    for (JobSample sample : samples) {
      Instant now = Instant.now();
      board.published(id, sample, now);
      bodies.add(sample.body(id, sandbox.queue(), now).toString());
      id++;
    }
    insist(() -> publisher.publish(sandbox.queue(), bodies));
    progress.say(bodies.size() + " jobs published to " + sandbox.queue());
  }

  /**
   * A connection may be cut at any moment, on purpose even: the publisher's comes back by itself.
   */
  private static void insist(Runnable publication) {
    RetryPolicy<Object> policy =
        RetryPolicy.builder()
            .handle(IllegalStateException.class)
            .withDelay(Duration.ofMillis(300))
            .withJitter(0.3)
            .withMaxRetries(10)
            .build();
    Failsafe.with(policy).run(publication::run);
  }

  private void queueAnew(
      ExecutorService thread, JobPublisher publisher, JobBoard board, StateUpdate update) {
    try {
      thread.execute(
          () ->
              board
                  .sample(update.jobId())
                  .ifPresent(
                      sample -> {
                        ObjectNode body =
                            sample.body(update.jobId(), sandbox.queue(), Instant.now());
                        body.withObject("/meta").put("state_update_count", update.count() + 1);
                        insist(() -> publisher.publish(sandbox.queue(), body.toString()));
                        progress.say("job " + update.jobId() + " was reset and is queued anew");
                      }));
    } catch (RejectedExecutionException e) {
      progress.say("job " + update.jobId() + " was reset after the run had ended");
    }
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
