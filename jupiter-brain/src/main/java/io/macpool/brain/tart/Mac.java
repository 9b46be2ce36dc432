package io.macpool.brain.tart;

import java.time.Duration;
import java.util.Map;
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
 * @param suspend guests to keep suspended, by what their image is called on the Macs
 * @param suspendFor how long one is kept at most
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
    String resolver,
    Map<String, Integer> suspend,
    Duration suspendFor) {

  /** The longest that a guest is kept suspended, unless the hosts file says otherwise. */
  static final Duration SUSPEND_FOR = Duration.ofHours(24);

  /** One that keeps no guest suspended. */
  public Mac(
      String name,
      String address,
      int port,
      String user,
      OptionalInt slots,
      String tart,
      Optional<String> home,
      Optional<String> bridge,
      String resolver) {
    this(name, address, port, user, slots, tart, home, bridge, resolver, Map.of(), SUSPEND_FOR);
  }

  public Mac {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(slots, "slots");
    Objects.requireNonNull(tart, "tart");
    Objects.requireNonNull(home, "home");
    Objects.requireNonNull(bridge, "bridge");
    Objects.requireNonNull(resolver, "resolver");
    suspend = Map.copyOf(suspend);
    Objects.requireNonNull(suspendFor, "suspendFor");
  }

  /** Its id among all hosts of the broker. */
  String id() {
    return TartRefs.PREFIX + name;
  }
}
