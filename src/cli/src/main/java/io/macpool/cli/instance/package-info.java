/** Instances: to order one, to wait for a free Mac, to hold one by a lease, to destroy them. */
@NullMarked
package io.macpool.cli.instance;

import org.jspecify.annotations.NullMarked;
