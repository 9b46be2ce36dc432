/**
 * A queue of files, so that a worker can be run with no AMQP at all: payloads in, states and logs
 * out, each job's file moving from directory to directory as the Go worker's did.
 *
 * <p>Must not be here: what a job is.
 */
@NullMarked
package io.macpool.worker.file;

import org.jspecify.annotations.NullMarked;
