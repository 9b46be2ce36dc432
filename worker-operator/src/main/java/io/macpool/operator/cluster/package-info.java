/**
 * The reconciliation of one WorkerCluster: observe pods, plan, record the grants, tell the pods.
 * Entry: {@link ClusterReconciler}, which begins a {@code ClusterRound}.
 *
 * <p>Belongs here: the round, pods, limits, status and conditions. Rooms of their own: {@code spec}
 * (what a cluster is to be, and what is made of it), {@code report} (events, gauges, refusals),
 * {@code contest} (who else writes what is ours). Must not be here: arithmetic of pool sizes and
 * shares, which is {@code io.macpool.core.pool}; HTTP and AMQP.
 *
 * <p>Invariants: what cannot be read is unknown and is held; grants are in the status before a pod
 * is told of them; a round on a stale picture changes nothing.
 */
@NullMarked
package io.macpool.operator.cluster;

import org.jspecify.annotations.NullMarked;
