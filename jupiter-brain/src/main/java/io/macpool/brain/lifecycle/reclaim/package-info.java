/**
 * How instances end. Entry: {@link io.macpool.brain.lifecycle.reclaim.Reclaimer}, the only way to
 * destroy one.
 *
 * <p>Invariants: the decision is on record before the machine is switched off; a slot is free only
 * when the machine is known to be gone; what fails in between stays on record, and the reconciler
 * asks for it again.
 */
@NullMarked
package io.macpool.brain.lifecycle.reclaim;

import org.jspecify.annotations.NullMarked;
