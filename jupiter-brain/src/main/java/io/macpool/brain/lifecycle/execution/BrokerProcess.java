package io.macpool.brain.lifecycle.execution;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Objects;

/**
 * What each part of the broker takes from the process that it runs in. Only what the process has
 * one of belongs here, and what no part may have of its own: nothing that knows of instances, and
 * no settings.
 *
 * @param id which replica this is, on record
 * @param runtime time, threads and chance
 * @param checkpoint told of each step that a crash could follow
 * @param meters where all count
 */
public record BrokerProcess(
    String id, BrokerRuntime runtime, CrashPoint checkpoint, MeterRegistry meters) {

  public BrokerProcess {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(runtime, "runtime");
    Objects.requireNonNull(checkpoint, "checkpoint");
    Objects.requireNonNull(meters, "meters");
  }

  /** By which everything is on record. */
  public Clock clock() {
    return runtime.clock();
  }
}
