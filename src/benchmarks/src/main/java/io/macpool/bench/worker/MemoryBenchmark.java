package io.macpool.bench.worker;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;

/** What five hundred jobs cost that run at once. */
public final class MemoryBenchmark implements Benchmark {

  private static final int SOME = 100;
  private static final int JOBS = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Override
  public String name() {
    return "worker.memory";
  }

  @Override
  public String about() {
    return JOBS + " jobs at once in one worker of " + WorkerProcess.HEAP_MEBIBYTES + " MiB";
  }

  @Override
  public void run(Report report) throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (WorkerPeers around = new WorkerPeers((line, home, out) -> await(end));
        WorkerProcess worker = WorkerProcess.start(around, JOBS)) {
      double idle = worker.heapLive();
      OptionalDouble idleResident = worker.resident();
      if (idleResident.isPresent()) {
        report.add(Measurement.of("worker.resident.idle", idleResident.getAsDouble(), "MiB"));
      }
      List<Long> ids = new ArrayList<>(around.publish(SOME));
      around.awaitStarted(ids, PATIENCE);
      OptionalDouble some = worker.resident();
      if (some.isPresent()) {
        report.add(Measurement.of("worker.resident.100-jobs", some.getAsDouble(), "MiB"));
      }
      ids.addAll(around.publish(JOBS - SOME));
      around.awaitStarted(ids, PATIENCE);
      double busy = worker.heapLive();
      report.add(
          Measurement.of("worker.heap.500-jobs", busy, "MiB")
              .against("without jobs", idle)
              .atMost(WorkerProcess.HEAP_MEBIBYTES));
      report.add(Measurement.of("worker.heap.per-job", (busy - idle) * 1024 / JOBS, "KiB"));
      OptionalDouble resident = worker.resident();
      if (resident.isPresent() && idleResident.isPresent()) {
        report.add(
            Measurement.of("worker.resident.500-jobs", resident.getAsDouble(), "MiB")
                .against("without jobs", idleResident.getAsDouble()));
      }
      end.countDown();
      around.awaitFinished(ids, PATIENCE);
    } finally {
      end.countDown();
    }
  }

  private static int await(CountDownLatch end) throws IOException {
    try {
      end.await();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the guest ends");
    }
  }
}
