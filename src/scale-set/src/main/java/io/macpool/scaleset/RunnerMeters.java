package io.macpool.scaleset;

import io.macpool.core.runner.Runner;
import io.macpool.core.runner.Runner.Phase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What the scale set tells of itself. */
final class RunnerMeters {

  private final Map<Phase, AtomicInteger> phases = new EnumMap<>(Phase.class);
  private final AtomicInteger capacity = new AtomicInteger();
  private final AtomicInteger session = new AtomicInteger();
  private final Counter ended;
  private final Counter acquired;
  private final Counter completed;
  private volatile double assigned = Double.NaN;

  RunnerMeters(MeterRegistry registry) {
    for (Phase phase : Phase.values()) {
      AtomicInteger count = new AtomicInteger();
      phases.put(phase, count);
      Gauge.builder("scaleset.runners", count, AtomicInteger::get)
          .description("runners by how far they are")
          .tag("phase", phase.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    Gauge.builder("scaleset.jobs.assigned", this, meters -> meters.assigned)
        .description("jobs that are the scale set's, as GitHub counts them; not a number: unknown")
        .register(registry);
    Gauge.builder("scaleset.capacity", capacity, AtomicInteger::get)
        .description("jobs that GitHub may assign at a time, as it is told")
        .register(registry);
    Gauge.builder("scaleset.session", session, AtomicInteger::get)
        .description("1 while the scale set's session is ours")
        .register(registry);
    ended =
        Counter.builder("scaleset.runners.ended")
            .description("runners that ended, with a job or without")
            .register(registry);
    acquired =
        Counter.builder("scaleset.jobs.acquired")
            .description("jobs that were made ours")
            .register(registry);
    completed =
        Counter.builder("scaleset.jobs.completed")
            .description("ends of jobs that GitHub told")
            .register(registry);
  }

  void assigned(double jobs) {
    assigned = jobs;
  }

  void planned(int told, List<Runner> runners) {
    capacity.set(told);
    phases.forEach(
        (phase, count) ->
            count.set((int) runners.stream().filter(each -> each.phase() == phase).count()));
  }

  void session(boolean ours) {
    session.set(ours ? 1 : 0);
  }

  void ended() {
    ended.increment();
  }

  void acquired(int jobs) {
    acquired.increment(jobs);
  }

  void completed() {
    completed.increment();
  }
}
