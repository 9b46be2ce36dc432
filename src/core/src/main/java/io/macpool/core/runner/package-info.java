/**
 * How many CI runners there should be: what GitHub has assigned, within what the pool has room for.
 *
 * <p>Must not be here: how a runner is made, started or destroyed, and GitHub's own words.
 */
@NullMarked
package io.macpool.core.runner;

import org.jspecify.annotations.NullMarked;
