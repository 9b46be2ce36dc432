/**
 * How an instance comes to be: admitted, given a slot, cloned, switched on; or taken from the warm
 * ones. Entry: {@link io.macpool.brain.lifecycle.create.Creations}.
 *
 * <p>Invariants: intent and slot are one transaction, before vCenter is asked for anything; each
 * step is on record before the next; a create that fails leaves nothing behind that the reclaimer
 * does not know of; a failure says whose it is: the request, the pool, the image or the host.
 */
@NullMarked
package io.macpool.brain.lifecycle.create;

import org.jspecify.annotations.NullMarked;
