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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** How fast logs pass through a worker, and what many at once cost it. */
public final class LogsBenchmark implements Benchmark {

  private static final double MEGA = 1e6;
  private static final int ONE_LOG = 20_000_000;
  private static final int PART = 1_653;
  private static final int MANY = 200;
  private static final int BYTES_PER_SECOND = 1_000_000;
  private static final Duration OFFERED = Duration.ofSeconds(10);

  /** A guest that could not get rid of its ten seconds of output by then leaves the rest. */
  private static final Duration AT_MOST = Duration.ofSeconds(30);

  private static final Duration PATIENCE = Duration.ofMinutes(3);
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
        LogMeter meter = LogMeter.start(around.amqp().uri());
        WorkerProcess worker = WorkerProcess.start(around, 1)) {
      around.awaitFinished(around.publish(1), PATIENCE); // the worker's code warms up
      long began = System.nanoTime();
      around.awaitFinished(around.publish(1), PATIENCE);
      awaitEnded(meter, 2);
      double ours = ONE_LOG / MEGA / seconds(began);
      int disorders = meter.disorders();

      String body = "{\"id\":1,\"log\":\"" + "x".repeat(PART) + "\",\"number\":1,\"final\":false}";
      List<String> parts = Collections.nCopies(ONE_LOG / PART, body);
      around.publisher().publish(ResultCollector.LOGS, parts);
      long before = meter.parts();
      began = System.nanoTime();
      around.publisher().publish(ResultCollector.LOGS, parts);
      awaitParts(meter, before + parts.size());
      double raw = ONE_LOG / MEGA / seconds(began);
      report.add(
          Measurement.of("worker.log.one-job", ours, "MB/s")
              .against("the same parts published at once", raw));
      report.add(Measurement.of("worker.log.one-job.heap", worker.heapLive(), "MiB"));
      report.add(Measurement.of("worker.log.one-job.disorders", disorders, "parts").atMost(0));
    }
  }

  private void many(Report report) throws Exception {
    try (Surroundings around = new Surroundings((line, home, out) -> printSteadily(out));
        LogMeter meter = LogMeter.start(around.amqp().uri());
        WorkerProcess worker = WorkerProcess.start(around, MANY)) {
      List<Long> ids = around.publish(MANY);
      around.awaitStarted(ids, PATIENCE);
      long began = System.nanoTime();
      written.set(0);
      double live = 0;
      while (meter.ended() < MANY && seconds(began) < PATIENCE.toSeconds()) {
        TimeUnit.SECONDS.sleep(2);
        live = Math.max(live, worker.heapLive());
      }
      double took = seconds(began);
      around.awaitFinished(ids, PATIENCE);
      report.add(
          Measurement.of("worker.log.200-jobs", meter.bytes() / MEGA / took, "MB/s")
              .against("what was offered", MANY * BYTES_PER_SECOND / MEGA));
      report.add(
          Measurement.of("worker.log.200-jobs.heap", live, "MiB")
              .atMost(WorkerProcess.HEAP_MEBIBYTES));
      report.add(
          Measurement.of("worker.log.200-jobs.disorders", meter.disorders(), "parts").atMost(0));
    }
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

  private int print(OutputStream out, int bytes) throws IOException {
    for (int left = bytes; left > 0; left -= CHUNK.length) {
      out.write(CHUNK);
      written.addAndGet(CHUNK.length);
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

  private static void awaitEnded(LogMeter meter, int logs) throws InterruptedException {
    long began = System.nanoTime();
    while (meter.ended() < logs && seconds(began) < PATIENCE.toSeconds()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static void awaitParts(LogMeter meter, long parts) throws InterruptedException {
    long began = System.nanoTime();
    while (meter.parts() < parts && seconds(began) < PATIENCE.toSeconds()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
