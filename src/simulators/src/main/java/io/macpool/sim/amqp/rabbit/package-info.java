/**
 * An AMQP 0-9-1 broker in memory that does as RabbitMQ 3.10 does in all that workers, operator and
 * scheduler meet: what closes a channel and what a connection, when consumers are cancelled, how
 * deliveries come back, time out and use up a delivery limit, what is returned, refused, dead
 * lettered and blocked. Where it is not sure to be as RabbitMQ, it has no answer: the connection is
 * closed with 540. It is held to RabbitMQ by the contract tests that run on both.
 *
 * <p>All state is guarded by one lock, that of {@link io.macpool.sim.amqp.rabbit.VirtualHost};
 * nothing blocks under it: what goes to a client goes into its connection's outbox.
 *
 * <p>Must not be here: anything that knows what a job is.
 */
@NullMarked
package io.macpool.sim.amqp.rabbit;

import org.jspecify.annotations.NullMarked;
