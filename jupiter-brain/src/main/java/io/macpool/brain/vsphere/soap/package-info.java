/**
 * The wire: method calls as envelopes, bytes over TLS, and back. Entry: {@link
 * io.macpool.brain.vsphere.soap.VimClient}.
 *
 * <p>Invariants: every call has a deadline and is sent once; certificates are verified; external
 * entities are not resolved; a type that is not known is skipped, not a failure.
 */
@NullMarked
package io.macpool.brain.vsphere.soap;

import org.jspecify.annotations.NullMarked;
