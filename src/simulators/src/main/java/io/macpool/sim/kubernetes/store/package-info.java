/**
 * The objects of the simulated API server, and their types. Entry: {@link
 * io.macpool.sim.kubernetes.store.ObjectStore}.
 *
 * <p>Invariants: one revision counter over all objects; listeners are told of each change under the
 * same lock, in order; what the store hands out is shared, so copy it before a change; changes that
 * are no longer remembered are 410, never skipped. What is refused is an {@link
 * io.macpool.sim.kubernetes.store.ApiFailure} with the status that the real server gives. No HTTP
 * here.
 */
@NullMarked
package io.macpool.sim.kubernetes.store;

import org.jspecify.annotations.NullMarked;
