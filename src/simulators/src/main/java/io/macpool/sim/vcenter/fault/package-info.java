/**
 * Faults that a test injects. Entry: {@link io.macpool.sim.vcenter.fault.FaultPlan}.
 *
 * <p>Invariants: a rule is asked before the method runs; the same seed and the same calls give the
 * same faults.
 */
@NullMarked
package io.macpool.sim.vcenter.fault;

import org.jspecify.annotations.NullMarked;
