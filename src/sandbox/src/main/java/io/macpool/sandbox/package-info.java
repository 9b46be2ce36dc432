/**
 * The whole system in one JVM: the real broker, operator and workers on simulated peers, configured
 * by their documented settings as in production.
 *
 * <p>Belongs here: wiring, sample jobs, and telling a person what happened. Must not be here: any
 * behaviour of a service (it would be tested here and missing there) or of a peer ({@code
 * simulators}).
 */
@NullMarked
package io.macpool.sandbox;

import org.jspecify.annotations.NullMarked;
