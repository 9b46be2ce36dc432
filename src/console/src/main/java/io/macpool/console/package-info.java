/**
 * The pool as a page. It asks the broker and the Kubernetes API again and again, keeps what they
 * said, and shows it; it changes nothing, and nobody depends on it.
 *
 * <p>Belongs here: what watches ({@link io.macpool.console.Poller}), what remembers ({@link
 * io.macpool.console.PoolHistory}, {@link io.macpool.console.HistoryKeeper}), what shows. Whatever
 * is foretold or added up is a planner of {@code core}.
 *
 * <p>Must not be here: a call that changes something at a peer; text of a peer's that reaches a
 * page other than by {@link io.macpool.console.Html}.
 */
package io.macpool.console;
