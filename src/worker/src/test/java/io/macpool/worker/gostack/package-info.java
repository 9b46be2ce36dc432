/**
 * What the Go worker said to its neighbours while it ran eight jobs, recorded on loopback, played
 * against this worker; and where the two differ on purpose.
 */
package io.macpool.worker.gostack;
