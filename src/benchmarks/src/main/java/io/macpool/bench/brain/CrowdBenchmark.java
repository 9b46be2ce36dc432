package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The largest fleet that one broker is for, and all its clients. */
public final class CrowdBenchmark implements Benchmark {

  private static final int CLIENTS = 600;
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final Duration MEASURED = Duration.ofSeconds(15);

  @Override
  public String name() {
    return "broker.crowd";
  }

  @Override
  public String about() {
    return "2,000 VMs on 1,000 hosts, 600 clients that poll every 3 s, broker with -Xmx256m";
  }

  @Override
  public void run(Report report) throws Exception {
    try (Lab lab = new Lab(VCenterOptions.defaults().withHosts(1_000), Map.of());
        ChildProcess bare = ChildProcess.ofHarness(BareMain.class)) {
      long began = System.nanoTime();
      List<String> paths = lab.fill(2_000);
      report.add(
          Measurement.of(
              "broker.crowd.fill", paths.size() * 1e9 / (System.nanoTime() - began), "1/s"));
      // Code is compiled in a first, shorter round, here and below.
      poll(lab, lab.url(), PAUSE, () -> Load.Talk.of(Lab.get(ReadsBenchmark.any(paths))));
      Duration before = lab.broker().cpu();
      Samples took =
          poll(lab, lab.url(), MEASURED, () -> Load.Talk.of(Lab.get(ReadsBenchmark.any(paths))));
      Duration cpu = lab.broker().cpu().minus(before);
      poll(lab, bare.url(), PAUSE, () -> Load.Talk.of(Lab.get("/300")));
      Samples nothing = poll(lab, bare.url(), PAUSE, () -> Load.Talk.of(Lab.get("/300")));
      String limit = "an answer of a server that looks at nothing";
      report.add(
          Measurement.of("broker.crowd.p50", took.millis(50), "ms")
              .against(limit, nothing.millis(50)));
      report.add(
          Measurement.of("broker.crowd.p99", took.millis(99), "ms")
              .against(limit, nothing.millis(99))
              .atMost(100));
      report.add(
          Measurement.of("broker.crowd.heap", lab.broker().ask("heap") / 1048576.0, "MiB")
              .atMost(256));
      report.add(
          Measurement.of(
              "broker.crowd.cpu",
              cpu.toMillis() * 100.0 / MEASURED.plus(PAUSE).toMillis(),
              "% core"));
    }
  }

  private static Samples poll(Lab lab, URI server, Duration time, Supplier<Load.Talk> talks)
      throws Exception {
    return lab.load().run(server, CLIENTS, time, PAUSE, talks).took();
  }
}
