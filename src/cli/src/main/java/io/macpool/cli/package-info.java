/**
 * The command {@code macpool}: its parser, completion and manual page. Knows the pool by the
 * broker's HTTP API alone; plans nothing and keeps nothing. What the commands do is in the packages
 * below.
 */
@NullMarked
package io.macpool.cli;

import org.jspecify.annotations.NullMarked;
