/**
 * What a Mac answered at one moment, as a plain value, and how it is read of the text that the
 * Mac's script printed.
 *
 * <p>Must not be here: SSH, what the answers mean for the broker, or anything that changes.
 */
@NullMarked
package io.macpool.brain.tart.report;

import org.jspecify.annotations.NullMarked;
