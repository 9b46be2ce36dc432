/**
 * The broker's numbers. It runs in a process of its own, with the flags of its image, before a
 * simulated vCenter and clients in this one. Beside each figure stands what the old broker's way
 * comes to, or the least that is possible here: the tasks' own time, or the answer of a server that
 * looks at nothing.
 */
package io.macpool.bench.brain;
