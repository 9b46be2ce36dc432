/**
 * The HTTP API: who may call, what a body must look like, what is answered. Errors get their status
 * and code in one place, {@code Problem}.
 *
 * <p>Must not be here: decisions about instances. Handlers run on event loops and never block.
 */
@NullMarked
package io.macpool.brain.http;

import org.jspecify.annotations.NullMarked;
