/**
 * Holds the figures of one commit against those of another, taken alternately on one machine. What
 * is here only reads files of figures: {@code src/benchmarks/run} builds and runs both.
 */
package io.macpool.bench.against;
