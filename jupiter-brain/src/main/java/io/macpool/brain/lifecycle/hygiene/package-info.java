/**
 * Carries out what {@code io.macpool.core.hygiene} plans: hosts rest, are drained, rebooted, probed
 * and taken back. Entry: {@link io.macpool.brain.lifecycle.hygiene.HostHygiene}.
 *
 * <p>Invariants: a plan is on record, with its cordons, before a reboot is asked for or a trial is
 * made; the leader alone acts, and every replica knows how far the repairs are.
 */
@NullMarked
package io.macpool.brain.lifecycle.hygiene;

import org.jspecify.annotations.NullMarked;
