/**
 * The log of one job: cuts output into parts and holds the job back while too much is unconfirmed.
 * Entry: {@link io.macpool.worker.job.log.JobLog}.
 *
 * <p>Invariants: parts are numbered without a hole and published in order; a part never splits a
 * character; what is unconfirmed is bounded; after the final part nothing follows.
 */
@NullMarked
package io.macpool.worker.job.log;

import org.jspecify.annotations.NullMarked;
