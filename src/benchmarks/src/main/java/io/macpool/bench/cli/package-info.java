/**
 * The figures of the command {@code macpool}, started by its own script as a person does: broker
 * and guests are simulated in this process, guests run real commands.
 *
 * <p>Must not be here: assertions. A figure that misses its goal is a figure.
 */
package io.macpool.bench.cli;
