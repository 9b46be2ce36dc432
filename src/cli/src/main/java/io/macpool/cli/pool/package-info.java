/** The pool as the broker tells it, in lists and live, and which hosts take part. */
package io.macpool.cli.pool;
