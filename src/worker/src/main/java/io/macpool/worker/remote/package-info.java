/**
 * The worker's remote-control API, health and metrics over HTTP, as the operator drives it.
 *
 * <p>Must not be here: what a pool does when its size changes.
 */
@NullMarked
package io.macpool.worker.remote;

import org.jspecify.annotations.NullMarked;
