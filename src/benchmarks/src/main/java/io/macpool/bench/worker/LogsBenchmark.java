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

  private static final int ONE_LOG = 40_000_000;

  /** A program that has just been started passes logs at a quarter of its later speed. */
  private static final int WARM_UPS = 7;

  private static final int ROUNDS = 3;
  private static final int MANY = 200;
  private static final int BYTES_PER_SECOND = 1_000_000;
  private static final Duration OFFERED = Duration.ofSeconds(8);

  /** A guest that could not get rid of its output by then leaves the rest. */
  private static final Duration AT_MOST = Duration.ofSeconds(12);

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String WITHOUT = "over SSH and published, without worker";
  private static final String UUID_OF_ALL = "7a8d3f0e-5c1b-4e2f-9d6a-0b1c2d3e4f50";
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
    Stopwatch watch = new Stopwatch(1);
    try (WorkerPeers around =
            new WorkerPeers(
                (line, home, out) -> {
                  watch.begins();
                  return print(out, ONE_LOG);
                });
        LogMeter meter = LogMeter.start(around.amqp().uri());
        WorkerProcess worker = WorkerProcess.start(around, 1)) {
      for (int i = 0; i < WARM_UPS; i++) {
        worker(around, meter, watch);
        withoutWorker(around, meter, watch);
      }
      report.add(Measurement.of("worker.log.one-job.heap", worker.heapLive(), "MiB"));
      Rates ours = new Rates();
      Rates without = new Rates();
      Rates published = new Rates();
      int disorders = 0;
      Duration cpu = Duration.ZERO;
      // In turn, so that whatever else the machine does befalls all of them.
      for (int i = 0; i < ROUNDS; i++) {
        int before = meter.disorders();
        Duration used = worker.cpu();
        ours.add(worker(around, meter, watch));
        cpu = cpu.plus(worker.cpu()).minus(used);
        disorders += meter.disorders() - before;
        without.add(withoutWorker(around, meter, watch));
        published.add(published(around, meter));
      }
      report.add(
          Measurement.of("worker.log.one-job.disorders", (double) disorders, "parts").atMost(0));
      double megabytes = ROUNDS * ONE_LOG / Rates.MEGA;
      report.add(Measurement.of("worker.log.cpu", cpu.toMillis() / megabytes, "ms/MB"));
      String what = "the same parts published, without SSH";
      report.add(
          Measurement.of("worker.log.one-job", ours.median(), "MB/s")
              .against(what, published.median()));
      report.add(
          Measurement.of("worker.log.one-job.way", ours.median(), "MB/s")
              .against(WITHOUT, without.median()));
    }
  }

  private void many(Report report) throws Exception {
    Stopwatch watch = new Stopwatch(MANY);
    try (WorkerPeers around =
            new WorkerPeers(
                (line, home, out) -> {
                  watch.begins();
                  return printSteadily(out);
                });
        LogMeter meter = LogMeter.start(around.amqp().uri())) {
      double ours;
      try (WorkerProcess worker = WorkerProcess.start(around, MANY);
          HeapWatch heap = HeapWatch.start(worker)) {
        written.set(0);
        double unused = worker(around, meter, watch); // warms it up
        ours = worker(around, meter, watch);
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
              .against("what was offered", MANY * BYTES_PER_SECOND / Rates.MEGA));
      report.add(
          Measurement.of("worker.log.200-jobs.way", ours, "MB/s")
              .against(WITHOUT, withoutWorker(around, meter, watch)));
    }
  }

  /** MB/s through the worker, from when all guests print until the last log has ended. */
  private static double worker(WorkerPeers around, LogMeter meter, Stopwatch watch)
      throws InterruptedException {
    int ended = meter.ended() + watch.programs();
    long bytes = meter.bytes();
    watch.reset();
    List<Long> ids = around.publish(watch.programs());
    around.await(
        () -> meter.ended() >= ended,
        () -> "%d of %d logs had not ended".formatted(ended - meter.ended(), watch.programs()),
        PATIENCE);
    double rate = Rates.of(meter.bytes() - bytes, watch.sinceBegun());
    around.awaitFinished(ids, PATIENCE);
    return rate;
  }

  /** MB/s of the same guests' output without the worker. */
  private static double withoutWorker(WorkerPeers around, LogMeter meter, Stopwatch watch)
      throws Exception {
    watch.reset();
    try (PlainLogs logs = new PlainLogs(around)) {
      long before = meter.bytes();
      awaitBytes(around, meter, before + logs.pass(watch.programs(), PATIENCE));
      return Rates.of(meter.bytes() - before, watch.sinceBegun());
    }
  }

  /** MB/s of parts that are published and taken. */
  private static double published(WorkerPeers around, LogMeter meter) throws InterruptedException {
    String content = new String(CHUNK, 0, PART, StandardCharsets.US_ASCII);
    List<String> parts = Collections.nCopies(ONE_LOG / PART, part(content));
    long began = System.nanoTime();
    long before = meter.bytes();
    around.publisher().publish(ResultCollector.LOGS, parts);
    awaitBytes(around, meter, before + (long) parts.size() * PART);
    return Rates.of(meter.bytes() - before, System.nanoTime() - began);
  }

  private static void awaitBytes(WorkerPeers around, LogMeter meter, long bytes)
      throws InterruptedException {
    around.await(
        () -> meter.bytes() >= bytes,
        () -> "%d of %d bytes had come".formatted(meter.bytes(), bytes),
        PATIENCE);
  }

  /** A part as long as a worker's. */
  static String part(String content) {
    return "{\"id\":1,\"log\":\"%s\",\"number\":1,\"uuid\":\"%s\",\"final\":false}"
        .formatted(content.replace("\r", "\\r").replace("\n", "\\n"), UUID_OF_ALL);
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
