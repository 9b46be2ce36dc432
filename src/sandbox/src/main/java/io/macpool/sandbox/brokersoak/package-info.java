/**
 * The fault finder for the VM broker: two replicas as processes on one PostgreSQL and a simulated
 * vCenter, clients that create, use and delete, mishaps by seed, and a judge who believes nobody
 * but the hosts, the clients and, at the end, the ledger.
 *
 * <p>Belongs here: what is started, what goes wrong, who asks, what is written down of it, and the
 * verdict, which is a pure function of what was written down ({@link
 * io.macpool.sandbox.brokersoak.InvariantChecker}). Does not belong here: any class of the
 * broker's. It is started by its main class and asked over HTTP.
 */
@NullMarked
package io.macpool.sandbox.brokersoak;

import org.jspecify.annotations.NullMarked;
