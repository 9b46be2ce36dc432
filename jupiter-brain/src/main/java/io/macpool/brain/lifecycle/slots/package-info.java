/**
 * What lives on which host, and where there is room: instances in memory, slots on their way to be
 * free, cordons, quarantine. Entry: {@link io.macpool.brain.lifecycle.slots.LiveInstances}.
 *
 * <p>Invariants: the ledger has the last word on slots, and memory follows it: what this process
 * does shows at once, what another replica does after the next refresh; a slot whose machine may
 * still exist is not free.
 */
@NullMarked
package io.macpool.brain.lifecycle.slots;

import org.jspecify.annotations.NullMarked;
