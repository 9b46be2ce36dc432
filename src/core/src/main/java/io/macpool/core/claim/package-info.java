/**
 * Who may run a job whose message was handed out more than once: the protocol of claims, as a pure
 * table. {@code ClaimProtocolTest} searches all its runs over two and three workers.
 *
 * <p>Must not be here: how a message, a lock or an end is kept.
 */
@NullMarked
package io.macpool.core.claim;

import org.jspecify.annotations.NullMarked;
