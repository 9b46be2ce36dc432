/**
 * The janitor as a program of its own: one look at some folders, and the end of what nobody can
 * want any more. The running broker needs none: its reconciler does the same, and more, by the
 * ledger.
 *
 * <p>Must not be here: the rules, which are {@code core.fleet.JanitorPlanner}; settings and wiring.
 */
@NullMarked
package io.macpool.brain.janitor;

import org.jspecify.annotations.NullMarked;
