/**
 * The node: turns pods that are bound to it into something that runs. Entry: {@link
 * io.macpool.sim.kubernetes.node.PodRunner}, which a test or the sandbox implements; {@link
 * io.macpool.sim.kubernetes.node.RealCluster} is such a node for a real API server.
 *
 * <p>Invariants: it speaks to the API only by {@link io.macpool.sim.kubernetes.node.NodeApi}; a pod
 * that is deleted keeps its object until its container has ended or its grace period is over;
 * launches alone leave the thread of the controllers.
 */
@NullMarked
package io.macpool.sim.kubernetes.node;

import org.jspecify.annotations.NullMarked;
