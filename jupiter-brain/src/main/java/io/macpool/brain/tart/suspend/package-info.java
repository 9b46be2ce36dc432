/**
 * Guests that a Mac keeps suspended, as plain values: what is asked of the Mac's shell ({@code
 * SuspendTexts}), which of them may be taken and which must go ({@code SuspendRules}), and how long
 * starts took ({@code MeasuredStarts}).
 *
 * <p>Must not be here: SSH, or whether and where one is to be made.
 */
@NullMarked
package io.macpool.brain.tart.suspend;

import org.jspecify.annotations.NullMarked;
