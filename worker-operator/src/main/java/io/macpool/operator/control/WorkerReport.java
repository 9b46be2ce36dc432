package io.macpool.operator.control;

import io.macpool.core.pool.PoolSize;
import java.util.Objects;

/**
 * What {@code GET /worker} told.
 *
 * @param size processors alive and expected
 * @param running processors that run a job
 * @param processed jobs since the worker's start
 * @param draining whether it finishes its jobs for good and heeds no size any more; the Go worker
 *     never says so
 */
public record WorkerReport(PoolSize size, int running, long processed, boolean draining) {

  public WorkerReport {
    Objects.requireNonNull(size, "size");
  }
}
