/**
 * Takes jobs from the queue and runs them, as many at a time as the pool has processors. Entry:
 * {@link io.macpool.worker.job.processor.ProcessorPool}.
 *
 * <p>Invariants: a processor runs one job at a time; nothing is consumed before {@link
 * io.macpool.worker.job.processor.CapacityGate} sees room; a message that comes twice finds the job
 * that runs already; a pool that shrinks ends no job.
 */
@NullMarked
package io.macpool.worker.job.processor;

import org.jspecify.annotations.NullMarked;
