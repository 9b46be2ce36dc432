/**
 * Macs that run VMs by the command {@code tart}, as far as a broker sees them: an SSH server for
 * each, with a {@code tart} and a few commands of macOS on its PATH that this process answers.
 *
 * <p>Read in tart's sources: commands, exit codes and messages; that a clone replaces what has its
 * name, that the first clone of an image has the image's MAC, that {@code run} says nothing while
 * it works and ends when the VM does, that a failed start shows as running for a moment, that a
 * reboot or a killed {@code run} leaves a stopped VM. Assumed: how long things take, the wording of
 * a full disk, that a detached {@code run} outlives its SSH session, that {@code ip} finds bridged
 * guests by ARP as soon as they answer.
 *
 * <p>Must not be here: anything that the broker's adapter is made of.
 */
@NullMarked
package io.macpool.sim.tart;

import org.jspecify.annotations.NullMarked;
