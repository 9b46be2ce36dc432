/**
 * The job worker: takes jobs, gets an instance for each, runs the script in it, reports. Here are
 * its settings, its start and end, and the signals; each neighbour has a package of its own.
 *
 * <p>Must not be here: what decides over a job's life ({@code io.macpool.core.job}), or any
 * vendor's SDK (RabbitMQ in {@code queue}, SSH in {@code ssh}).
 */
@NullMarked
package io.macpool.worker;

import org.jspecify.annotations.NullMarked;
