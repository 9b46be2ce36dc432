/**
 * What a hostile peer may send, by the million: inputs made from a small corpus and a seed, and
 * what must hold for each of them. Entry: {@link io.macpool.sim.fuzz.Fuzzing}.
 *
 * <p>Belongs here: how inputs are made, counted, timed and played again, by ourselves or by Jazzer.
 * Does not belong here: what a target is and what it promises, which stands beside its tests.
 */
@NullMarked
package io.macpool.sim.fuzz;

import org.jspecify.annotations.NullMarked;
