/**
 * How jobs are heard of: an AMQP queue of the console's own on the workers' topic exchange. It
 * takes no message from anybody else, is bounded, and dies with its connection.
 *
 * <p>No type of RabbitMQ's leaves this package.
 */
@NullMarked
package io.macpool.console.queue;

import org.jspecify.annotations.NullMarked;
