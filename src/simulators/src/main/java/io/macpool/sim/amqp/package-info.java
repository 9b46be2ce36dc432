/**
 * The scheduler's side of AMQP, in process: a broker that does as RabbitMQ does, behind a gate that
 * can be shut or cut, a publisher of jobs and cancellations, and a collector of states and logs
 * that finds what a real scheduler would stumble over.
 *
 * <p>The publisher and the collector speak AMQP 0-9-1 to any broker by URI.
 *
 * <p>Must not be here: anything that decides about jobs or workers.
 */
@NullMarked
package io.macpool.sim.amqp;

import org.jspecify.annotations.NullMarked;
