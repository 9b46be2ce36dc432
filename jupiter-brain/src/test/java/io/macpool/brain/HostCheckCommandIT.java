package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.service.setting.SettingsException;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class HostCheckCommandIT {

  @TempDir Path directory;

  private String check(int status, String hosts, Path key, Path known, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    Map<String, String> environment =
        Map.of(
            "JUPITER_BRAIN_TART_HOSTS", hosts,
            "JUPITER_BRAIN_TART_KEY_FILE", key.toString(),
            "JUPITER_BRAIN_TART_KNOWN_HOSTS", known.toString());
    int ended =
        HostCheckCommand.check(
            HostCheckCommand.SPEC.read(List.of(arguments), environment), printed);
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(ended).as(text).isEqualTo(status);
    return text;
  }

  @Test
  void everyMacIsToldWithItsCures() throws Exception {
    try (MacFleet fleet =
        MacFleet.start(
            directory.resolve("macs"),
            3,
            MacTimes.SHORT,
            GuestPower.addressesOnly(),
            List.of("macos-26"))) {
      String hosts =
          Files.writeString(
                  directory.resolve("hosts.yaml"), "defaults: {bridge: en0}\n" + fleet.hostsFile())
              .toString();
      String lines = fleet.knownHosts();
      Path known =
          Files.writeString(
              directory.resolve("known_hosts"), lines.substring(0, lines.lastIndexOf("[127")));
      MacSimulator ill = fleet.mac("mac-2");
      ill.version("2.14.0");
      ill.keychainLocked(true);
      ill.diskFull(true);
      ill.remove("golden-macos-26");
      assertThat(check(0, hosts, fleet.keyFile(), known, "--host", "mac-1"))
          .startsWith("mac-1\n")
          .contains("ok   tart 2.32.1", "ok   macOS 26.0 25A354", "bridged to en0")
          .contains("ok   image macos-26 is there")
          .doesNotContain("CURE");
      assertThat(check(1, hosts, fleet.keyFile(), known))
          .contains("CURE tart 2.14.0 is too old: 2.31 or newer is needed")
          .contains("CURE nobody is logged in at the console", "unlock-keychain")
          .contains("CURE 0 GB of disk are free")
          .contains("CURE image macos-26 is missing: clone or pull golden-macos-26")
          .contains("ssh-keyscan -p " + fleet.mac("mac-3").port());
    }
  }

  /** Each thing that can be wrong with one that is reached, and what to do. */
  @Test
  void eachFailureIsToldWithItsCure() throws Exception {
    try (MacFleet fleet =
        MacFleet.start(
            directory.resolve("macs"),
            1,
            MacTimes.SHORT,
            GuestPower.addressesOnly(),
            List.of("macos-26"))) {
      MacSimulator mac = fleet.mac("mac-1");
      Path known = Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts());
      String hosts =
          Files.writeString(directory.resolve("hosts.yaml"), fleet.hostsFile()).toString();
      String relay = "--guest-relay-addr=broker.example.com";
      assertThat(check(0, hosts, fleet.keyFile(), known, relay))
          .contains("ok   leases of tart's NAT last 600 s, enough for 36432 VMs a day")
          .contains("ok   guests are in tart's NAT, and reached through the broker's relay")
          .contains("ok   no guest of a broker's runs", "ok   new connections of its own are taken")
          .contains("ok   the last start of a guest was not refused by the system limit");
      assertThat(check(1, hosts, fleet.keyFile(), known))
          .contains(
              "CURE guests are in tart's NAT", "set bridge", "or give the broker --guest-relay");

      mac.keychainLocked(true);
      mac.somebodyElseLoggedIn(true);
      assertThat(check(1, hosts, fleet.keyFile(), known, relay))
          .contains("CURE somebody, but not admin, is logged in at the console and the login");
      mac.somebodyElseLoggedIn(false);
      mac.keychainLocked(false);

      mac.leaseSeconds(Optional.empty());
      mac.portsUsedUp(true);
      mac.upSince(Instant.now().minus(Duration.ofDays(45)));
      assertThat(check(1, hosts, fleet.keyFile(), known, relay))
          .contains("CURE leases of tart's NAT last 86400 s, enough for 253 VMs a day: set DHCP")
          .contains("CURE new connections of its own fail: reboot it")
          .contains("CURE up for 45 days: reboot it");

      String elsewhere =
          Files.writeString(
                  directory.resolve("without.yaml"),
                  fleet.hostsFile().replaceAll("tart: [^,}\n]+", "tart: /nowhere/tart"))
              .toString();
      assertThat(check(1, elsewhere, fleet.keyFile(), known, relay))
          .contains("CURE /nowhere/tart is not there: install tart, or set tart in the hosts file")
          .contains("CURE up for 45 days: reboot it", "GB of disk are free");
    }
  }

  /** What is known only because a broker has tried. */
  @Test
  void whatABrokerMetThereIsToldToo() throws Exception {
    try (MacFleet fleet =
            MacFleet.start(
                directory.resolve("macs"),
                1,
                MacTimes.SHORT,
                GuestPower.addressesOnly(),
                List.of("macos-26"));
        BrainLab lab = BrainLab.withoutVCenter()) {
      MacSimulator mac = fleet.mac("mac-1");
      Path known = Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts());
      String hosts =
          Files.writeString(
                  directory.resolve("hosts.yaml"), "defaults: {bridge: en0}\n" + fleet.hostsFile())
              .toString();
      lab.set("TART_HOSTS", hosts)
          .set("TART_KEY_FILE", fleet.keyFile().toString())
          .set("TART_KNOWN_HOSTS", known.toString())
          .set("TART_INTERVAL", "500ms")
          .set("TART_SETTLE", "400ms")
          .start();
      String id =
          BrainLab.id(
              Awaitility.await("an instance")
                  .atMost(BrainLab.PATIENCE)
                  .until(
                      () -> lab.call("POST", "/instances", BrainLab.order("macos-26")),
                      answer -> answer.statusCode() == 201));
      assertThat(check(0, hosts, fleet.keyFile(), known)).contains("ok   guest " + id + " at ");
      mac.guestsHidden(true);
      assertThat(check(1, hosts, fleet.keyFile(), known))
          .contains("CURE guest " + id + " at ", "takes no connection at port 22", "Local Network");
      mac.guestsHidden(false);

      mac.phantomLimit(true);
      assertThat(lab.call("POST", "/instances", BrainLab.order("macos-26")).statusCode())
          .isGreaterThanOrEqualTo(500);
      String limited = check(1, hosts, fleet.keyFile(), known);
      assertThat(limited)
          .contains("CURE at ", "the system limit refused a guest while 1 ran: reboot it");
      Matcher refused = Pattern.compile("CURE at (\\S+) the system limit").matcher(limited);
      assertThat(refused.find()).isTrue();
      mac.reboot();
      // A Mac tells whole seconds: what was refused in that of its boot was refused before it.
      mac.upSince(Instant.parse(refused.group(1)));
      assertThat(check(0, hosts, fleet.keyFile(), known))
          .contains("while 1 ran, before it was rebooted");
    }
  }

  @Test
  void allThatCantBeUsedIsToldAtOnce() throws Exception {
    Path hosts = Files.writeString(directory.resolve("hosts.yaml"), "hosts: []\nimage: {}\n");
    Path key = Files.writeString(directory.resolve("key"), "no key\n");
    Path known = directory.resolve("nowhere");
    assertThatThrownBy(() -> check(2, hosts.toString(), key, known))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("TART_HOSTS: the file has image")
        .hasMessageContaining("hosts must be a list")
        .hasMessageContaining("TART_KEY_FILE")
        .hasMessageContaining("TART_KNOWN_HOSTS can't be read");
  }
}
