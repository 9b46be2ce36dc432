/**
 * Macs whose VMs are run by the command {@code tart} over SSH, as the broker's hypervisor.
 *
 * <p>What a Mac is asked is a script ({@link io.macpool.brain.tart.MacScripts}), what it answers is
 * text ({@link io.macpool.brain.tart.report.MacReport}); both are plain values. A Mac knows nothing
 * of the others, and nothing is kept on it but its VMs and, below {@code ~/.macpool}, a mark for
 * each of ours and the output of its {@code run}.
 *
 * <p>Must not be here: what instances are for, or the ledger; SSH stays in {@code ssh}.
 */
@NullMarked
package io.macpool.brain.tart;

import org.jspecify.annotations.NullMarked;
