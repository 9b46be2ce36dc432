/**
 * The shell around {@code io.macpool.core.job}: a {@link Job} carries out its machine's actions on
 * the neighbours and tells it what came of them; processors take jobs, a pool of them grows and
 * shrinks. What comes in and goes out is in the interfaces {@link JobQueue}, {@link Delivery},
 * {@link Reports} and {@link LogSink}.
 *
 * <p>Must not be here: rules over what follows from what (those are in core), and vendors' types.
 */
package io.macpool.worker.job;
