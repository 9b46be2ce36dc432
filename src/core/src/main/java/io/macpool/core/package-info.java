/**
 * Values that every part of macpool speaks in.
 *
 * <p>Belongs here: small immutable values with no better home ({@link io.macpool.core.Observed},
 * durations and URLs in the field's syntax). Domain values and their planners have a package each:
 * {@code fleet} (hosts, slots, instances), {@code pool} (workers, pool sizes, shares), {@code job}
 * (one job's life).
 *
 * <p>Must not be here: I/O, clocks, threads, randomness, logging, any library beyond the JDK.
 */
@NullMarked
package io.macpool.core;

import org.jspecify.annotations.NullMarked;
