package io.macpool.bench.console;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.core.forecast.ForecastCalibration;
import io.macpool.core.forecast.QueueState;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitForecast.Foretold;
import io.macpool.core.forecast.WaitReason;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What it takes of a processor to say when the last of 10,000 queued jobs will start. */
public final class ForecastBenchmark implements Benchmark {

  private static final int QUEUED = 10_000;
  private static final int RUNNING = 300;
  private static final int ROUNDS = 60;

  @Override
  public String name() {
    return "console.forecast";
  }

  @Override
  public String about() {
    return "the wait of the last of 10,000 queued jobs, 300 of which may run, by 200 run times";
  }

  @Override
  public void run(Report report) {
    ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
    Random random = new Random(7);
    List<Duration> runTimes =
        Stream.generate(() -> Duration.ofSeconds(60 + random.nextInt(1800))).limit(200).toList();
    QueueState queue =
        new QueueState(
            RUNNING,
            Collections.nCopies(RUNNING, Duration.ofSeconds(90)),
            runTimes,
            new WaitReason.AtItsLimit(RUNNING));
    Samples samples = new Samples();
    for (int i = 0; i < ROUNDS; i++) {
      long begin = cpu.getCurrentThreadCpuTime();
      WaitForecast forecast = WaitForecast.at(queue, ForecastCalibration.none(), QUEUED);
      long took = cpu.getCurrentThreadCpuTime() - begin;
      if (!(forecast instanceof Foretold)) {
        throw new IllegalStateException("nothing was foretold: " + forecast.reason().words());
      }
      if (i == 0) {
        report.add(Measurement.of("console.forecast.first", took / 1e6, "ms"));
      } else if (i >= ROUNDS / 3) {
        samples.add(took);
      }
    }
    report.add(Measurement.of("console.forecast.p50", samples.millis(50), "ms").atMost(50));
    report.add(Measurement.of("console.forecast.p99", samples.millis(99), "ms"));
  }
}
