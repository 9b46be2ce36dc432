/**
 * Managed objects, their types, their references and the clock. Entry: {@link
 * io.macpool.sim.vcenter.inventory.Inventory}.
 *
 * <p>Invariants: all state is read and changed under the one lock of the inventory; a change costs
 * its watchers, never the size of the inventory; nothing here knows what a machine, a host or a
 * session does.
 */
package io.macpool.sim.vcenter.inventory;
