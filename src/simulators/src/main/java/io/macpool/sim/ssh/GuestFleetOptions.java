package io.macpool.sim.ssh;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * How a fleet of guests is laid out.
 *
 * @param directory where the homes and the keys lie; made if absent, emptied of ours at close
 * @param firstAddress the fleet's own IPv4 address; guests get those that follow. If another
 *     process holds its SSH port, the same address in the next /16 of 127.0.0.0/8 is tried
 * @param port the SSH port of every guest; empty: 22 if it may be bound, else any free high port
 * @param program stands in for the commands of all guests; empty: they are run by {@code bash}
 * @param rsaHostKey whether guests have a host key of RSA, too, as a Mac has: it takes a while to
 *     make
 */
public record GuestFleetOptions(
    Path directory,
    String firstAddress,
    OptionalInt port,
    Optional<GuestProgram> program,
    boolean rsaHostKey) {

  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

  public GuestFleetOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(port, "port");
    if (!LOOPBACK.matcher(firstAddress).matches()) {
      throw new IllegalArgumentException(
          "the guests' first address must be of 127.0.0.0/8: " + firstAddress);
    }
  }

  /** Guests from 127.64.0.2 on, homes below {@code directory}. */
  public static GuestFleetOptions in(Path directory) {
    return new GuestFleetOptions(
        directory, "127.64.0.1", OptionalInt.empty(), Optional.empty(), false);
  }

  public GuestFleetOptions withFirstAddress(String address) {
    return new GuestFleetOptions(directory, address, port, program, rsaHostKey);
  }

  public GuestFleetOptions withPort(int fixed) {
    return new GuestFleetOptions(
        directory, firstAddress, OptionalInt.of(fixed), program, rsaHostKey);
  }

  public GuestFleetOptions withProgram(GuestProgram standIn) {
    return new GuestFleetOptions(directory, firstAddress, port, Optional.of(standIn), rsaHostKey);
  }

  public GuestFleetOptions withRsaHostKey() {
    return new GuestFleetOptions(directory, firstAddress, port, program, true);
  }
}
