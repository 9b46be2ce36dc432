/**
 * How to ask any peer: within bounds of time and size ({@code BoundedExchange}), again where it is
 * worth it ({@code Retries}), at the first of its addresses that answers ({@code ConnectionRace}).
 *
 * <p>What always holds: no wait without an end. Must not be here: what a broker is asked.
 */
@NullMarked
package io.macpool.broker.net;

import org.jspecify.annotations.NullMarked;
