/**
 * One job's life as values: what happened ({@link JobEvent}), what to do about it ({@link
 * JobAction}), where the job stands ({@link JobState}), and the total table between them ({@link
 * JobMachine}). {@link SettlementPlanner} says how each outcome is reported.
 *
 * <p>Must not be here: I/O, clocks, threads, the wire form of anything, and more than one job.
 */
@NullMarked
package io.macpool.core.job;

import org.jspecify.annotations.NullMarked;
