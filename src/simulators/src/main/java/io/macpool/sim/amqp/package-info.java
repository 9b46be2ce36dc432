/**
 * The scheduler's side of AMQP, in process: a broker (Qpid Broker-J behind a gate that can be shut
 * or cut), a publisher of jobs and cancellations, and a collector of states and logs that finds
 * what a real scheduler would stumble over.
 *
 * <p>The publisher and the collector speak AMQP 0-9-1 to any broker by URI. Where Qpid differs from
 * RabbitMQ: a passive declare counts unacked messages as ready; {@code x-dead-letter-exchange},
 * {@code x-message-ttl}, {@code x-max-length} and {@code x-max-priority} are ignored; a clash of
 * exclusive access closes the connection, not the channel; consumer tags that the broker makes are
 * unique per channel only, so that a client with two consumers on one connection recovers one of
 * them (choose the tags yourself); a mandatory message without a queue is nacked, not returned.
 * {@link io.macpool.sim.amqp.AmqpSimulator#managementUrl()} tells ready and unacked apart, as
 * RabbitMQ's management API does.
 *
 * <p>Must not be here: anything that decides about jobs or workers.
 */
package io.macpool.sim.amqp;
