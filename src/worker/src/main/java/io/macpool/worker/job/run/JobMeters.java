package io.macpool.worker.job.run;

import io.macpool.core.job.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What is counted of jobs. */
public final class JobMeters {

  private final Map<Verdict, Counter> ended = new EnumMap<>(Verdict.class);
  private final Timer boot;
  private final Timer firstOutput;
  private final Timer run;
  private final Counter lostSessions;
  private final Counter rejected;
  private final Counter logBytes;

  public JobMeters(MeterRegistry registry) {
    for (Verdict verdict : Verdict.values()) {
      String tag = verdict.name().toLowerCase(Locale.ROOT);
      ended.put(
          verdict,
          Counter.builder("worker.jobs.ended")
              .description("jobs by how they ended")
              .tag("verdict", tag)
              .register(registry));
    }
    boot = timer(registry, "worker.instance.start", "from the request until SSH answered");
    firstOutput = timer(registry, "worker.job.first.output", "from delivery to the first output");
    run = timer(registry, "worker.job.total", "from delivery until the processor was free");
    lostSessions =
        Counter.builder("worker.ssh.sessions.lost")
            .description("sessions that ended before their script")
            .register(registry);
    rejected =
        Counter.builder("worker.deliveries.rejected")
            .description("messages that are no jobs")
            .register(registry);
    logBytes =
        Counter.builder("worker.log.bytes")
            .baseUnit("bytes")
            .description("output taken from scripts")
            .register(registry);
  }

  private static Timer timer(MeterRegistry registry, String name, String description) {
    return Timer.builder(name).description(description).register(registry);
  }

  void ended(Verdict verdict, Duration total) {
    Objects.requireNonNull(ended.get(verdict), "each verdict has its counter").increment();
    run.record(total);
  }

  void started(Duration startUp) {
    boot.record(startUp);
  }

  void firstOutput(Duration sinceReceived) {
    firstOutput.record(sinceReceived);
  }

  void sessionLost() {
    lostSessions.increment();
  }

  public void rejected() {
    rejected.increment();
  }

  void output(int bytes) {
    logBytes.increment(bytes);
  }
}
