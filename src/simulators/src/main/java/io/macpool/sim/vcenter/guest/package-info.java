/**
 * What runs inside a machine, as the simulator sees it. Entry: {@link
 * io.macpool.sim.vcenter.guest.GuestPower}, which a fleet of SSH servers implements.
 *
 * <p>Invariants: guests boot and die outside the lock of the inventory, and for one machine never
 * both at a time; a guest that does not boot leaves a running machine without an address.
 */
@NullMarked
package io.macpool.sim.vcenter.guest;

import org.jspecify.annotations.NullMarked;
