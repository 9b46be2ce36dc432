/**
 * What an answer looks like: JSON:API bodies, lists that are rendered once, and errors, which get
 * their status and code in one place, {@code Problem}.
 */
@NullMarked
package io.macpool.brain.http.answer;

import org.jspecify.annotations.NullMarked;
