/**
 * The guests of the simulated virtual machines: one SSH and SFTP server per guest, each on its own
 * loopback address, running {@code bash} on this machine in a fresh home directory.
 *
 * <p>Belongs here: what is seen of a guest from outside by SSH, the processes it runs, and faults
 * of its network. Does not belong here: virtual machines, hosts and power states ({@code
 * io.macpool.sim.vcenter}); knowledge of jobs and scripts.
 *
 * <p>How life and death go:
 *
 * <ul>
 *   <li>When a channel closes, or a command with a terminal ends, what the command started gets
 *       SIGHUP, and shortly after SIGKILL, as a terminal's hang-up ends what runs in it. What was
 *       detached (a session of its own by {@code setsid}, or SIGHUP ignored by {@code nohup}) lives
 *       on.
 *   <li>When a guest dies, everything that it ever started dies, detached or not, and its home
 *       directory goes. Processes are known by an environment variable that the guest's shell hands
 *       down, and by a working directory below the guest's home (where {@code /proc} exists; on
 *       other systems by descent alone).
 * </ul>
 *
 * <p>Not like a Mac: guests share this machine's file system outside their home and its kernel; a
 * pty request is accepted, output then is merged and has CR LF line ends, but the command has no
 * terminal.
 */
@NullMarked
package io.macpool.sim.ssh;

import org.jspecify.annotations.NullMarked;
