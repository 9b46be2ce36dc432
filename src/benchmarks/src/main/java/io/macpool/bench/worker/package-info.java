/**
 * The worker's figures: in a process of its own with a heap of 512 MiB, while queue, broker,
 * generator and guests are simulated in this one. The guests run no processes: what is measured is
 * the worker.
 *
 * <p>Must not be here: assertions. A figure that misses its goal is a figure.
 */
package io.macpool.bench.worker;
