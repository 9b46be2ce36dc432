package io.macpool.brain.vsphere;

import com.vmware.vim25.GuestNicInfo;
import com.vmware.vim25.NetIpConfigInfoIpAddress;
import io.macpool.core.fleet.GuestAddresses;
import io.macpool.core.fleet.GuestAddresses.Address;
import io.macpool.core.fleet.GuestAddresses.Card;
import io.macpool.core.fleet.GuestAddresses.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a guest's tools tell of its network, in our own words. */
final class GuestNetwork {

  private GuestNetwork() {}

  /**
   * The addresses to dial.
   *
   * @param nics the property guest.net
   * @param primary the property guest.ipAddress
   */
  static List<String> addresses(@Nullable Object nics, @Nullable Object primary) {
    List<Card> cards = new ArrayList<>();
    if (nics instanceof GuestNicInfo[] all) {
      for (GuestNicInfo nic : all) {
        cards.add(card(nic));
      }
    }
    return GuestAddresses.dialable(
        cards,
        primary instanceof String address && !address.isBlank()
            ? Optional.of(address)
            : Optional.empty());
  }

  private static Card card(GuestNicInfo nic) {
    Map<String, State> states = new HashMap<>();
    if (nic.ipConfig != null && nic.ipConfig.ipAddress != null) {
      for (NetIpConfigInfoIpAddress address : nic.ipConfig.ipAddress) {
        states.put(address.ipAddress, state(address.state));
      }
    }
    List<Address> addresses = new ArrayList<>();
    if (nic.ipAddress != null) {
      for (String text : nic.ipAddress) {
        addresses.add(new Address(text, states.getOrDefault(text, State.PREFERRED)));
      }
    }
    // vCenter's number for what is no device of the machine is -1.
    return new Card(nic.deviceConfigId >= 0, nic.connected, addresses);
  }

  /** By the names of vim25's NetIpConfigInfoIpAddressStatus. */
  private static State state(String name) {
    return switch (name == null ? "" : name) {
      case "duplicate", "inaccessible", "invalid", "tentative" -> State.UNUSABLE;
      case "deprecated" -> State.DEPRECATED;
      default -> State.PREFERRED;
    };
  }
}
