/**
 * Who may look: a token, a session's cookie, or a name that a trusted proxy gives; and how often.
 * Begin with {@code Access}.
 *
 * <p>What always holds: tokens are compared in constant time and never shown.
 */
@NullMarked
package io.macpool.console.access;

import org.jspecify.annotations.NullMarked;
