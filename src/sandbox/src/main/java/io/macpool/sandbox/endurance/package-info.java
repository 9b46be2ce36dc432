/**
 * What makes a long run out of many short ones: parts and counts that outlive the process, and
 * whether services grow with their age.
 *
 * <p>Belongs here: what is kept between parts, what is read of a process, and the judgement of it.
 * Must not be here: what a run does, which is the soak's.
 */
@NullMarked
package io.macpool.sandbox.endurance;

import org.jspecify.annotations.NullMarked;
