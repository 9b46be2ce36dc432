/**
 * What a fault of vCenter, or the lack of an answer, means to the broker. Entry: {@link
 * io.macpool.brain.vsphere.fault.Failures}.
 *
 * <p>Invariants: an answer that was lost is unknown, never a refusal; a fault that nobody knows
 * blames nobody.
 */
@NullMarked
package io.macpool.brain.vsphere.fault;

import org.jspecify.annotations.NullMarked;
