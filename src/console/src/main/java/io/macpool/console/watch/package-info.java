/**
 * What is known of the pool: peers are asked ({@code Poller}), what they said is kept with its time
 * ({@code Watched}), and remembered ({@code PoolHistory}, {@code HistoryKeeper}).
 *
 * <p>What always holds: what was not heard again in time is unknown, with the time since when.
 */
@NullMarked
package io.macpool.console.watch;

import org.jspecify.annotations.NullMarked;
