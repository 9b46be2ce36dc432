package io.macpool.worker.remote;

import io.macpool.service.BuildInfo;
import io.macpool.worker.job.processor.ProcessorPool;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The worker as remote control shows and steers it. Nothing of how it is called belongs here.
 *
 * @param outage why the worker can get no jobs, or tell nothing of them; empty if it can
 * @param warnings what somebody should look at though it works, by subject
 */
public record ControlledWorker(
    BuildInfo build,
    ProcessorPool pool,
    Supplier<Optional<String>> outage,
    Supplier<Map<String, String>> warnings,
    Shutdown shutdown) {

  /** What a caller may have done to the worker as a whole. */
  public interface Shutdown {

    /** Finish the running jobs, then end. */
    void drain();

    /** Give the running jobs back, then end. */
    void stopNow();
  }

  public ControlledWorker {
    Objects.requireNonNull(build, "build");
    Objects.requireNonNull(pool, "pool");
    Objects.requireNonNull(outage, "outage");
    Objects.requireNonNull(warnings, "warnings");
    Objects.requireNonNull(shutdown, "shutdown");
  }
}
