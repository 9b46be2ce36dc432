package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.sim.vcenter.options.VCenterOptions;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;

/**
 * Whole lives of instances: made, handed over and destroyed, before a vCenter that takes no time.
 */
public final class LivesBenchmark implements Benchmark {

  private static final int CLIENTS = 48;
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration MEASURED = Duration.ofSeconds(8);

  @Override
  public String name() {
    return "broker.lives";
  }

  @Override
  public String about() {
    return CLIENTS + " clients that each make an instance and destroy it, again and again";
  }

  @Override
  public void run(Report report) throws Exception {
    try (Lab lab = new Lab(VCenterOptions.defaults().withHosts(CLIENTS), Map.of())) {
      live(lab, WARM_UP);
      Duration before = lab.broker().cpu();
      Load.Result result = live(lab, MEASURED);
      Duration used = lab.broker().cpu().minus(before);
      report.add(Measurement.of("broker.lives.rate", result.rate(), "1/s").atLeast(1_500));
      report.add(
          Measurement.of(
              "broker.lives.cpu", used.toNanos() / 1e6 / result.took().count(), "ms/life"));
    }
  }

  private static Load.Result live(Lab lab, Duration time) throws Exception {
    return lab.load().run(lab.url(), CLIENTS, time, Duration.ZERO, Life::new);
  }

  /** One client's: a create, then the destroy of what it made. */
  private static final class Life implements Load.Talk {

    private boolean made;

    @Override
    public Buffer next(HttpAnswer answer) {
      if (answer == null) {
        return Lab.create();
      }
      if (made) {
        return null;
      }
      made = true;
      return Lab.delete(answer.header("location"));
    }
  }
}
