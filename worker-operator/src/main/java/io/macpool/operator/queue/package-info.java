/**
 * How deep the job queues are.
 *
 * <p>Belongs here: the port {@link io.macpool.operator.queue.QueueDepth}, its two adapters (AMQP
 * passive declare, RabbitMQ's management API) and the poller that keeps what they saw. The AMQP
 * client is used nowhere else in the operator. Must not be here: what a depth means for a cluster.
 */
@NullMarked
package io.macpool.operator.queue;

import org.jspecify.annotations.NullMarked;
