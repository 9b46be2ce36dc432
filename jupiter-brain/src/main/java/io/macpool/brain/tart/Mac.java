package io.macpool.brain.tart;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One Mac as the hosts file describes it.
 *
 * @param slots VMs that it may hold; empty: as many as the broker's settings say
 * @param tart the absolute path of the command there
 * @param home TART_HOME; empty: as it is there
 * @param bridge the network interface that guests are bridged to, such as en0; empty: tart's own
 *     NAT
 * @param resolver how an address is found: arp, agent or dhcp
 */
public record Mac(
    String name,
    String address,
    int port,
    String user,
    OptionalInt slots,
    String tart,
    Optional<String> home,
    Optional<String> bridge,
    String resolver) {

  public Mac {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(slots, "slots");
    Objects.requireNonNull(tart, "tart");
    Objects.requireNonNull(home, "home");
    Objects.requireNonNull(bridge, "bridge");
    Objects.requireNonNull(resolver, "resolver");
  }

  /** Its id among all hosts of the broker. */
  String id() {
    return TartRefs.PREFIX + name;
  }
}
