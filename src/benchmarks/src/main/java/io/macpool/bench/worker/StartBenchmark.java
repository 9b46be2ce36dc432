package io.macpool.bench.worker;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import java.time.Duration;
import java.util.List;

/** A worker from the start of its process until it has taken the job that waits for it. */
public final class StartBenchmark implements Benchmark {

  private static final int STARTS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Override
  public String name() {
    return "worker.start";
  }

  @Override
  public String about() {
    return "from the start of the process to the first job taken, " + STARTS + " times";
  }

  @Override
  public void run(Report report) throws Exception {
    Samples took = new Samples();
    Samples used = new Samples();
    for (int i = 0; i < STARTS; i++) {
      try (WorkerPeers around = new WorkerPeers((line, home, out) -> 0)) {
        List<Long> waiting = around.publish(1);
        long began = System.nanoTime();
        try (WorkerProcess worker = WorkerProcess.begin(around, 1)) {
          around.awaitReceived(waiting, PATIENCE);
          took.add(System.nanoTime() - began);
          used.add(worker.cpu().toNanos());
          around.awaitFinished(waiting, PATIENCE);
        }
      }
    }
    report.add(Measurement.of("worker.start.first-consume", took.millis(50), "ms"));
    report.add(Measurement.of("worker.start.cpu", used.millis(50), "ms"));
  }
}
