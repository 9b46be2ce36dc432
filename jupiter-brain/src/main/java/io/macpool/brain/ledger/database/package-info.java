/**
 * The database under the ledger: its address, its connections, its schema, and what its failures
 * mean. Entry: {@link io.macpool.brain.ledger.database.LedgerDatabase}.
 *
 * <p>Invariants: no exception of a database crosses, but as {@link
 * io.macpool.brain.ledger.database.LedgerException}; every wait for a connection or an answer has a
 * limit; a connection that may be useless is not given out again. Statements are in the package
 * above.
 */
@NullMarked
package io.macpool.brain.ledger.database;

import org.jspecify.annotations.NullMarked;
