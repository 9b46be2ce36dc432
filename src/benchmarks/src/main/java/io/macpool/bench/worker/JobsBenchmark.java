package io.macpool.bench.worker;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import java.time.Duration;

/** What the worker adds to a job that does nothing. */
public final class JobsBenchmark implements Benchmark {

  private static final int WARM_UP = 40;
  private static final int ONE_BY_ONE = 100;
  private static final int TOGETHER = 400;
  private static final int PROCESSORS = 32;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Override
  public String name() {
    return "worker.jobs";
  }

  @Override
  public String about() {
    return "jobs whose script is done at once, one by one and many at a time";
  }

  @Override
  public void run(Report report) throws Exception {
    try (WorkerPeers around = new WorkerPeers((line, home, out) -> 0);
        WorkerProcess worker = WorkerProcess.start(around, PROCESSORS);
        RawSteps raw = new RawSteps(around)) {
      around.awaitFinished(around.publish(WARM_UP), PATIENCE);
      Samples jobs = new Samples();
      Samples least = new Samples();
      for (int i = 0; i < ONE_BY_ONE; i++) {
        jobs.add(took(() -> around.awaitFinished(around.publish(1), PATIENCE)));
        least.add(took(raw::once));
      }
      String what = "publish, consume, SSH, publish, consume";
      report.add(
          Measurement.of("worker.job.p50", jobs.millis(50), "ms").against(what, least.millis(50)));
      report.add(
          Measurement.of("worker.job.p99", jobs.millis(99), "ms").against(what, least.millis(99)));
      Duration cpu = worker.cpu();
      long nanos = took(() -> around.awaitFinished(around.publish(TOGETHER), PATIENCE));
      report.add(Measurement.of("worker.jobs.rate", TOGETHER / (nanos / 1e9), "jobs/s"));
      double used = worker.cpu().minus(cpu).toMillis();
      report.add(Measurement.of("worker.job.cpu", used / TOGETHER, "ms"));
      report.add(Measurement.of("worker.heap.after-jobs", worker.heapLive(), "MiB"));
    }
  }

  private interface Step {
    void take() throws Exception;
  }

  private static long took(Step step) throws Exception {
    long began = System.nanoTime();
    step.take();
    return System.nanoTime() - began;
  }
}
