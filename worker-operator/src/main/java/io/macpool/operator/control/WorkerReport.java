package io.macpool.operator.control;

import io.macpool.core.pool.PoolSize;
import java.util.Objects;

/**
 * What {@code GET /worker} told.
 *
 * @param size processors alive and expected
 * @param running processors that run a job
 * @param processed jobs since the worker's start
 */
public record WorkerReport(PoolSize size, int running, long processed) {

  public WorkerReport {
    Objects.requireNonNull(size, "size");
  }
}
