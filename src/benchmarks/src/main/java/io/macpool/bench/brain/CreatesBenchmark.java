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

/** 48 creates at once, held against the time that vCenter's tasks take. */
public final class CreatesBenchmark implements Benchmark {

  private static final int AT_ONCE = 48;
  private static final int ROUNDS = 5;
  private static final int WARM_UPS = 100;
  private static final double HURRY = 100;
  private static final Duration CLONE = Duration.ofSeconds(2);
  private static final Duration POWER_ON = Duration.ofSeconds(1);

  @Override
  public String name() {
    return "broker.creates";
  }

  @Override
  public String about() {
    return "48 creates at once, clone 2 s, power-on 1 s; SOAP calls of each";
  }

  @Override
  public void run(Report report) throws Exception {
    OperationTimes times = OperationTimes.none().withClone(CLONE).withPowerOn(POWER_ON);
    try (Lab lab =
        new Lab(VCenterOptions.defaults().withHosts(AT_ONCE / 2).withTimes(times), Map.of())) {
      ConcurrentLinkedQueue<String> made = new ConcurrentLinkedQueue<>();
      lab.vcenter().timeScale(HURRY);
      for (int i = 0; i < WARM_UPS; i++) { // code is compiled meanwhile
        lab.load().once(lab.url(), AT_ONCE, Lab.creates(made));
        lab.load().once(lab.url(), AT_ONCE, Lab.deletes(made));
      }
      lab.vcenter().timeScale(1);
      Samples took = new Samples();
      long creating = 0;
      long destroying = 0;
      for (int i = 0; i < ROUNDS; i++) {
        lab.vcenter().resetCalls();
        took.addAll(lab.load().once(lab.url(), AT_ONCE, Lab.creates(made)).took());
        creating += calls(lab);
        lab.vcenter().resetCalls();
        lab.load().once(lab.url(), AT_ONCE, Lab.deletes(made));
        destroying += calls(lab);
      }
      double tasks = CLONE.plus(POWER_ON).toMillis();
      report.add(
          Measurement.of("broker.creates.p50", took.millis(50), "ms")
              .against("the sum of the tasks' times", tasks));
      report.add(
          Measurement.of("broker.creates.p99", took.millis(99), "ms")
              .against("the sum of the tasks' times", tasks)
              .atMost(tasks + 50));
      double all = AT_ONCE * ROUNDS;
      report.add(Measurement.of("broker.creates.soap-calls", creating / all, "/create").atMost(3));
      report.add(
          Measurement.of("broker.destroys.soap-calls", destroying / all, "/destroy").atMost(2));
    }
  }

  /** All but the long polls, which are one at a time however many VMs there are. */
  private static long calls(Lab lab) {
    return lab.vcenter().calls().entrySet().stream()
        .filter(call -> !call.getKey().equals("WaitForUpdatesEx"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
