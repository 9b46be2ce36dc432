/** The pool as the broker tells it, in lists and live, and which hosts take part. */
@NullMarked
package io.macpool.cli.pool;

import org.jspecify.annotations.NullMarked;
