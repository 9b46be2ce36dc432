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
import java.util.List;
import java.util.Map;
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
          .contains("CURE nobody is logged in", "unlock-keychain")
          .contains("CURE 0 GB of disk are free")
          .contains("CURE image macos-26 is missing: clone or pull golden-macos-26")
          .contains("ssh-keyscan -p " + fleet.mac("mac-3").port());
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
