/**
 * Hosts, their slots, images and instances as they are seen, and what follows from a look at them:
 * whose a machine is ({@code Ownership}) and what must be destroyed ({@code ReclaimPlanner}). Where
 * an instance goes is {@code placement}'s, who is to blame for a failed create {@code fault}'s, how
 * long a client holds its instance {@code lease}'s.
 *
 * <p>Must not be here: how hosts are read or instances made; a planner gets values and an instant
 * and answers with a decision and its reasons.
 */
@NullMarked
package io.macpool.core.fleet;

import org.jspecify.annotations.NullMarked;
