/**
 * What every simulated peer needs of the network: an HTTP server of its own on loopback, and a gate
 * before a TCP port that can be shut, cut and stalled; and how a test holds back what a peer would
 * answer.
 *
 * <p>Must not be here: any protocol above HTTP and TCP.
 */
@NullMarked
package io.macpool.sim.net;

import org.jspecify.annotations.NullMarked;
