/**
 * The shell around {@code io.macpool.core.job}: a job carries out the actions of its state machine
 * and tells it what came of them. Entry: {@link io.macpool.worker.job.run.Job}.
 *
 * <p>Invariants: all events of a job go through its mailbox, one at a time, and nothing there
 * blocks; the log is closed, then the end is written down, reported and confirmed, then the
 * delivery is acknowledged; every instance that was made is released. What follows from what is
 * decided in {@code io.macpool.core.job}, not here.
 */
@NullMarked
package io.macpool.worker.job.run;

import org.jspecify.annotations.NullMarked;
