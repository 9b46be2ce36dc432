/**
 * SSH to instances, on Apache MINA: sessions with a pinned host key and keep-alives, commands whose
 * output is read no faster than it is taken. Nothing blocks.
 *
 * <p>Must not be here: what a job is, or what follows from a lost session. No type of MINA's leaves
 * this package.
 */
@NullMarked
package io.macpool.guest.ssh;

import org.jspecify.annotations.NullMarked;
