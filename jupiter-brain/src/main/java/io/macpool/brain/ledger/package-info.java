/**
 * What the broker must not forget: each instance from the intent to make it until it is destroyed,
 * the slots of the hosts, cordons, and who else is a broker here. In PostgreSQL, or embedded for a
 * single replica.
 *
 * <p>Consistency: whoever takes a slot does so in the transaction that records the intent, and such
 * transactions are serial over all replicas. Phases only move forward, by conditional updates, so
 * of two who would move an instance on one alone succeeds.
 *
 * <p>Must not be here: what to do about an instance. No exception of a database crosses.
 */
@NullMarked
package io.macpool.brain.ledger;

import org.jspecify.annotations.NullMarked;
