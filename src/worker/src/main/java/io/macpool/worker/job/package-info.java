/**
 * What comes into a worker and what goes out of it: payloads, deliveries, reports, parts of the
 * log. Queues implement {@link JobQueue}, {@link Delivery}, {@link Reports} and {@link LogSink};
 * jobs are run by the packages below this one.
 *
 * <p>Invariants: values and interfaces only; nothing here knows how a job is run, and no type of a
 * vendor. A payload that is no job is a {@link PayloadException}, never half a job.
 */
@NullMarked
package io.macpool.worker.job;

import org.jspecify.annotations.NullMarked;
