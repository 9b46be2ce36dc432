/**
 * An instance's life: made for a client who asks or kept warm for the next one, handed over,
 * destroyed, and found again after a crash.
 *
 * <p>The order of writes is what makes a crash harmless: the intent and its slot are on record
 * before vSphere is asked for a clone; a destruction is on record before the client hears that it
 * will be; a slot is free only when the machine is known to be gone. Whatever happens in between,
 * the {@code Reconciler} finds from ledger and inventory what is left to do.
 *
 * <p>Must not be here: HTTP, SQL, SOAP. Nothing here blocks but on the ledger's own threads.
 */
package io.macpool.brain.lifecycle;
