/**
 * Commands on Macs over SSH: one session a host, kept alive; host keys are those of known_hosts.
 *
 * <p>Must not be here: what the commands mean.
 */
@NullMarked
package io.macpool.brain.tart.ssh;

import org.jspecify.annotations.NullMarked;
