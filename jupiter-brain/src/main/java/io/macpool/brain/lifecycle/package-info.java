/**
 * An instance as its client sees it: made or handed over, kept by a lease, given back. Entry:
 * {@link Instances}; {@link WarmPool} keeps some without an owner.
 *
 * <p>The rooms below, each of which knows only those before it: {@code execution} (where steps
 * run), {@code slots} (what lives where), {@code reclaim} (how instances end), {@code create} (how
 * they begin), {@code hygiene} (hosts under repair), {@code reconcile} (ledger against inventory).
 *
 * <p>The order of writes is what makes a crash harmless: the intent and its slot are on record
 * before vSphere is asked for a clone; a destruction is on record before the client hears that it
 * will be; a slot is free only when the machine is known to be gone. Whatever happens in between,
 * the {@code Reconciler} finds from ledger and inventory what is left to do.
 *
 * <p>Must not be here: HTTP, SQL, SOAP. Nothing here blocks but on the threads of the ledger.
 */
@NullMarked
package io.macpool.brain.lifecycle;

import org.jspecify.annotations.NullMarked;
