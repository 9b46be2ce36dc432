package io.macpool.bench.worker;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.sim.amqp.LogMeter;
import io.macpool.sim.amqp.ResultCollector;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** How fast logs pass through a worker, and what many at once cost it. */
public final class LogsBenchmark implements Benchmark {

  /** Bytes of content of a part. */
  static final int PART = 1_653;

  private static final double MEGA = 1e6;
  private static final int ONE_LOG = 20_000_000;
  private static final int WARM_UPS = 4;
  private static final int MANY = 200;
  private static final int BYTES_PER_SECOND = 1_000_000;
  private static final Duration OFFERED = Duration.ofSeconds(10);

  /** A guest that could not get rid of its ten seconds of output by then leaves the rest. */
  private static final Duration AT_MOST = Duration.ofSeconds(15);

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String WITHOUT = "over SSH and published, without worker";
  private static final byte[] CHUNK = chunk();

  private final AtomicLong written = new AtomicLong();

  @Override
  public String name() {
    return "worker.logs";
  }

  @Override
  public String about() {
    return "one job's log as fast as it goes, then " + MANY + " jobs that print 1 MB/s each";
  }

  @Override
  public void run(Report report) throws Exception {
    one(report);
    many(report);
  }

  private void one(Report report) throws Exception {
    try (Surroundings around = new Surroundings((line, home, out) -> print(out, ONE_LOG));
        LogMeter meter = LogMeter.start(around.amqp().uri())) {
      double ours = 0;
      try (WorkerProcess worker = WorkerProcess.start(around, 1)) {
        for (int i = 0; i <= WARM_UPS; i++) { // the last one counts
          ours = worker(around, meter, 1);
        }
        report.add(Measurement.of("worker.log.one-job.heap", worker.heapLive(), "MiB"));
      }
      report.add(
          Measurement.of("worker.log.one-job.disorders", meter.disorders(), "parts").atMost(0));
      String what = "the same parts published, without SSH";
      report.add(
          Measurement.of("worker.log.one-job", ours, "MB/s")
              .against(what, published(around, meter)));
      report.add(
          Measurement.of("worker.log.one-job.way", ours, "MB/s")
              .against(WITHOUT, withoutWorker(around, meter, 1)));
    }
  }

  private void many(Report report) throws Exception {
    try (Surroundings around = new Surroundings((line, home, out) -> printSteadily(out));
        LogMeter meter = LogMeter.start(around.amqp().uri())) {
      double ours;
      try (WorkerProcess worker = WorkerProcess.start(around, MANY);
          HeapWatch heap = HeapWatch.start(worker)) {
        written.set(0);
        ours = worker(around, meter, MANY);
        report.add(
            Measurement.of("worker.log.200-jobs.heap", heap.most(), "MiB")
                .atMost(WorkerProcess.HEAP_MEBIBYTES));
      }
      long lost = Math.max(0, written.get() - meter.bytes());
      report.add(Measurement.of("worker.log.200-jobs.lost", (double) lost, "bytes").atMost(0));
      report.add(
          Measurement.of("worker.log.200-jobs.disorders", meter.disorders(), "parts").atMost(0));
      report.add(
          Measurement.of("worker.log.200-jobs", ours, "MB/s")
              .against("what was offered", MANY * BYTES_PER_SECOND / MEGA));
      report.add(
          Measurement.of("worker.log.200-jobs.way", ours, "MB/s")
              .against(WITHOUT, withoutWorker(around, meter, MANY)));
    }
  }

  /** MB/s through the worker, until the last log has ended and every job is finished. */
  private static double worker(Surroundings around, LogMeter meter, int jobs)
      throws InterruptedException {
    int ended = meter.ended() + jobs;
    long bytes = meter.bytes();
    long began = System.nanoTime();
    List<Long> ids = around.publish(jobs);
    around.await(
        () -> meter.ended() >= ended,
        () -> "%d of %d logs had not ended".formatted(ended - meter.ended(), jobs),
        PATIENCE);
    double rate = (meter.bytes() - bytes) / MEGA / seconds(began);
    around.awaitFinished(ids, PATIENCE);
    return rate;
  }

  /** MB/s of the same guests' output without the worker. */
  private static double withoutWorker(Surroundings around, LogMeter meter, int guests)
      throws Exception {
    try (PlainLogs logs = new PlainLogs(around)) {
      long before = meter.bytes();
      long began = System.nanoTime();
      awaitBytes(around, meter, before + logs.pass(guests, PATIENCE));
      return (meter.bytes() - before) / MEGA / seconds(began);
    }
  }

  /** MB/s of parts that are published and taken. */
  private static double published(Surroundings around, LogMeter meter) throws InterruptedException {
    List<String> parts = Collections.nCopies(ONE_LOG / PART, part("x".repeat(PART)));
    double rate = 0;
    for (int i = 0; i <= 1; i++) { // the second one counts
      long began = System.nanoTime();
      long before = meter.bytes();
      around.publisher().publish(ResultCollector.LOGS, parts);
      awaitBytes(around, meter, before + (long) parts.size() * PART);
      rate = (meter.bytes() - before) / MEGA / seconds(began);
    }
    return rate;
  }

  private static void awaitBytes(Surroundings around, LogMeter meter, long bytes)
      throws InterruptedException {
    around.await(
        () -> meter.bytes() >= bytes,
        () -> "%d of %d bytes had come".formatted(meter.bytes(), bytes),
        PATIENCE);
  }

  /** A part as far as the meter looks at it. */
  static String part(String content) {
    return "{\"id\":1,\"log\":\"%s\",\"number\":1,\"final\":false}"
        .formatted(content.replace("\r", "\\r").replace("\n", "\\n"));
  }

  private static byte[] chunk() {
    byte[] bytes = new byte[10_000];
    Arrays.fill(bytes, (byte) 'x');
    byte[] end = "\r\n".getBytes(StandardCharsets.US_ASCII);
    for (int at = 78; at < bytes.length - 1; at += 80) {
      System.arraycopy(end, 0, bytes, at, end.length);
    }
    return bytes;
  }

  private static int print(OutputStream out, int bytes) throws IOException {
    for (int left = bytes; left > 0; left -= CHUNK.length) {
      out.write(CHUNK);
    }
    return 0;
  }

  private int printSteadily(OutputStream out) throws IOException {
    long began = System.nanoTime();
    long all = BYTES_PER_SECOND * OFFERED.toSeconds();
    for (long done = 0; done < all && seconds(began) < AT_MOST.toSeconds(); done += CHUNK.length) {
      long due = began + done * 1_000_000_000L / BYTES_PER_SECOND;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      out.write(CHUNK);
      out.flush();
      written.addAndGet(CHUNK.length);
    }
    return 0;
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
