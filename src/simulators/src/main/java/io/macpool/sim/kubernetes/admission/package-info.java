/**
 * What the server makes of an object before it stores it: defaults, pruning, validation, quotas.
 * Entry: {@link io.macpool.sim.kubernetes.admission.Admission}.
 *
 * <p>Invariants: what is refused is refused before it is stored; only a new object counts against a
 * quota.
 */
@NullMarked
package io.macpool.sim.kubernetes.admission;

import org.jspecify.annotations.NullMarked;
