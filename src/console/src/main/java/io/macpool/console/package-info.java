/**
 * The pool as a page. It asks the broker and the Kubernetes API again and again, keeps what they
 * said, and shows it; it changes nothing, and nobody depends on it. {@code Console} puts it
 * together: {@code watch} asks and remembers, {@code page} shows, {@code access} lets viewers in,
 * {@code history} is the database. Whatever is foretold or added up is a planner of {@code core}.
 *
 * <p>Must not be here: a call that changes something at a peer.
 */
@NullMarked
package io.macpool.console;

import org.jspecify.annotations.NullMarked;
