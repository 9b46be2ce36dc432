package io.macpool.brain;

import io.macpool.brain.tart.RelayAddress;
import io.macpool.service.setting.Setting;
import java.time.Duration;
import java.util.List;

/**
 * Macs with tart: which they are, how they are reached, and how their guests are. Part of {@link
 * BrainSettings}.
 */
public final class TartSettings {

  public static final Setting<String> TART_HOSTS =
      Setting.text(
          "TART_HOSTS",
          "YAML file of Macs whose VMs tart runs, besides hosts under vSphere or without any: it is"
              + " followed when it changes; needs TART_KEY_FILE and TART_KNOWN_HOSTS."
              + " Experimental");

  public static final Setting<String> TART_KEY_FILE =
      Setting.text("TART_KEY_FILE", "the private SSH key, without a passphrase, that they let in");

  public static final Setting<String> TART_KNOWN_HOSTS =
      Setting.text(
          "TART_KNOWN_HOSTS",
          "their host keys, as ssh-keyscan prints them: a Mac that it does not name is refused");

  public static final Setting<Duration> TART_INTERVAL =
      Setting.duration("TART_INTERVAL", "pause between two looks at each Mac with tart")
          .defaultTo(Duration.ofSeconds(5));

  public static final Setting<Duration> TART_SETTLE =
      Setting.duration(
              "TART_SETTLE",
              "how long a VM that tart has started is looked at before it counts as started")
          .defaultTo(Duration.ofSeconds(3));

  public static final Setting<RelayAddress> GUEST_RELAY_ADDR =
      Setting.of(
          "GUEST_RELAY_ADDR",
          "an address of this broker, with ports or without, at which clients that know endpoints"
              + " reach guests in tart's NAT; without it such guests can be reached from their Mac"
              + " alone",
          "HOST[:FIRST-LAST]",
          RelayAddress::parse);

  static final List<Setting<?>> ALL =
      List.of(
          TART_HOSTS,
          TART_KEY_FILE,
          TART_KNOWN_HOSTS,
          TART_INTERVAL,
          TART_SETTLE,
          GUEST_RELAY_ADDR);

  private TartSettings() {}
}
