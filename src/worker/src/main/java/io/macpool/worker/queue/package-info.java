/**
 * AMQP 0-9-1 on RabbitMQ's client: jobs in, states and logs out, commands in. Each connection is
 * kept by one {@link AmqpConnection}, which goes on connecting for as long as the worker lives;
 * whoever uses it opens channels on the connection of the moment and starts anew on the next. (The
 * client's own recovery is off: it would renew consumers that must not be, and acks of deliveries
 * that are no longer ours would vanish without a word.)
 *
 * <p>Must not be here: what a job is. No type of RabbitMQ's leaves this package.
 */
@NullMarked
package io.macpool.worker.queue;

import org.jspecify.annotations.NullMarked;
