/**
 * The reconciliation of one WorkerCluster: observe pods, plan, record the grants, tell the pods.
 *
 * <p>Belongs here: reading resources into validated records, the Deployment and the credential that
 * a cluster owns, status, conditions, events. Must not be here: arithmetic of pool sizes and
 * shares, which is {@code io.macpool.core.pool}'s; HTTP and AMQP.
 */
package io.macpool.operator.cluster;
