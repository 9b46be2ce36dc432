/**
 * Sessions, the methods that are called in them, and what ends with them: property collectors,
 * filters and views. Entry: {@link io.macpool.sim.vcenter.session.Sessions}; a call of a client
 * finds its method in {@link io.macpool.sim.vcenter.session.MethodTable}.
 *
 * <p>Invariants: without a session a call is a NotAuthenticated fault, the two first ones excepted;
 * a call that waits keeps its session alive; the version of a collector only goes up; a change
 * costs its filters, not the inventory. All runs under the lock of the inventory.
 */
package io.macpool.sim.vcenter.session;
