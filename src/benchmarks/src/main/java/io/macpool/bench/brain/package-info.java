/**
 * The broker's numbers, against a simulated vCenter in the same process: a program, not a test.
 * Each is printed beside a baseline of the same run, or beside its goal, as absolute times say more
 * of the machine than of the broker.
 */
package io.macpool.bench.brain;
