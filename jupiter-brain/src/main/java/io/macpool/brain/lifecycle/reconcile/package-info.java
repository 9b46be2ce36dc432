/**
 * Holds the ledger against the inventory and does again what was left undone: adopts, finishes or
 * destroys. Entry: {@link io.macpool.brain.lifecycle.reconcile.Reconciler}.
 *
 * <p>Invariants: while vCenter cannot be seen, nothing is judged; the leader alone plans and acts;
 * clones that bear the mark of another ledger are left alone.
 */
@NullMarked
package io.macpool.brain.lifecycle.reconcile;

import org.jspecify.annotations.NullMarked;
