/**
 * Where the steps of creates and reclaims run: the threads of the ledger, group commit, permits,
 * work in the background. Entry: {@link io.macpool.brain.lifecycle.execution.LedgerExecutor}.
 *
 * <p>Invariants: a bounded number of threads asks the ledger, and nothing else blocks; what many
 * ask for at once is one transaction, and one alone waits for nobody; owners take turns for
 * permits; one clone is made, never two; what goes on in the background ends when the broker does.
 */
@NullMarked
package io.macpool.brain.lifecycle.execution;

import org.jspecify.annotations.NullMarked;
