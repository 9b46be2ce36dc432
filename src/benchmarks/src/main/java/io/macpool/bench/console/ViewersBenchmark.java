package io.macpool.bench.console;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What fifty people cost who leave the page of a large and busy pool open. */
public final class ViewersBenchmark implements Benchmark {

  private static final int VIEWERS = 50;
  private static final Duration WARM_UP = Duration.ofSeconds(90);
  private static final Duration MEASURED = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "console.viewers";
  }

  @Override
  public String about() {
    return "2,000 slots on 1,000 hosts, 60 changes a second, 50 readers of /events, -Xmx128m";
  }

  @Override
  public void run(Report report) throws Exception {
    try (ChangingPool pool = ChangingPool.start();
        WatchedConsole console = WatchedConsole.start(pool);
        Viewers viewers = Viewers.of(VIEWERS, console.port())) {
      TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
      Viewers.Window heard = viewers.begin();
      long made = pool.made();
      long began = System.nanoTime();
      Duration before = console.process().cpu();
      Duration compilersBefore = console.process().compilersCpu();
      TimeUnit.NANOSECONDS.sleep(MEASURED.toNanos());
      Duration cpu = console.process().cpu().minus(before);
      Duration compilers = console.process().compilersCpu().minus(compilersBefore);
      made = pool.made() - made;
      double delivered = 100.0 * heard.delays().count() / VIEWERS / made;
      double seconds = (System.nanoTime() - began) / 1e9;
      viewers.assertAllFollow(VIEWERS);
      report.add(
          Measurement.of("console.viewers.cpu", cpu.toMillis() / seconds / 10, "% core")
              .atMost(15));
      report.add(
          Measurement.of(
              "console.viewers.cpu.compilers", compilers.toMillis() / seconds / 10, "% core"));
      report.add(
          Measurement.of("console.viewers.heap", console.process().heapLive(), "MiB")
              .atMost(WatchedConsole.HEAP_MEBIBYTES));
      report.add(Measurement.of("console.viewers.heard", delivered, "%"));
      report.add(
          Measurement.of("console.viewers.events", heard.events() / seconds / VIEWERS, "1/s"));
      report.add(
          Measurement.of(
              "console.viewers.traffic", heard.bytes() / seconds / VIEWERS / 1024, "KiB/s"));
      report.add(Measurement.of("console.viewers.delay.p50", heard.delays().millis(50), "ms"));
      report.add(Measurement.of("console.viewers.delay.p99", heard.delays().millis(99), "ms"));
    }
  }
}
