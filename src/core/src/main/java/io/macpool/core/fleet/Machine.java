package io.macpool.core.fleet;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What vSphere shows of one VM in the folder of clones. Its name is the id of the instance that it
 * is, if it is one.
 *
 * @param ref the VM in vSphere
 * @param addresses of every guest NIC, in the guest's order; empty until the guest reports
 * @param host where it is registered
 * @param bootedAt when it was last switched on, if it is on
 */
public record Machine(
    String name,
    String ref,
    PowerState power,
    List<String> addresses,
    Optional<String> host,
    Optional<Instant> bootedAt) {

  public Machine {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(power, "power");
    addresses = List.copyOf(addresses);
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(bootedAt, "bootedAt");
  }

  /** The first IPv4 address, which is the one that clients dial. */
  public Optional<String> ipv4() {
    return addresses.stream().filter(address -> address.indexOf(':') < 0).findFirst();
  }
}
