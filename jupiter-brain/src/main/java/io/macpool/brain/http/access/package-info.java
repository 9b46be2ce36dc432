/**
 * Who calls: tokens, the check of a request's credentials ({@code Authentication}), and the caller
 * that follows from them.
 *
 * <p>What always holds: tokens are compared in constant time and never logged.
 */
@NullMarked
package io.macpool.brain.http.access;

import org.jspecify.annotations.NullMarked;
