package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A broker from the start of its process until it is ready, and what it is asked right then. */
public final class StartBenchmark implements Benchmark {

  private static final int STARTS = 3;
  private static final int AT_ONCE = 48;
  private static final Duration CLONE = Duration.ofSeconds(2);
  private static final Duration POWER_ON = Duration.ofSeconds(1);

  @Override
  public String name() {
    return "broker.start";
  }

  @Override
  public String about() {
    return "from the start of the process to ready, and 48 creates at once right after";
  }

  @Override
  public void run(Report report) throws Exception {
    OperationTimes times = OperationTimes.none().withClone(CLONE).withPowerOn(POWER_ON);
    VCenterOptions options = VCenterOptions.defaults().withHosts(AT_ONCE / 2).withTimes(times);
    Samples ready = new Samples();
    Samples used = new Samples();
    Samples creates = new Samples();
    for (int i = 0; i < STARTS; i++) {
      try (Lab lab = new Lab(options, Map.of())) {
        ready.add(lab.readyAfter().toNanos());
        used.add(lab.broker().cpu().toNanos());
        creates.addAll(
            lab.load().once(lab.url(), AT_ONCE, Lab.creates(new ConcurrentLinkedQueue<>())).took());
      }
    }
    report.add(Measurement.of("broker.start.ready", ready.millis(50), "ms"));
    report.add(Measurement.of("broker.start.cpu", used.millis(50), "ms"));
    double tasks = CLONE.plus(POWER_ON).toMillis();
    report.add(
        Measurement.of("broker.start.creates.over", creates.millis(99) - tasks, "ms").atMost(30));
  }
}
