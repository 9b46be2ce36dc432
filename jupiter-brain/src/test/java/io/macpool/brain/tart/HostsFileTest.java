package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HostsFileTest {

  @Test
  void whatIsToBePulledIsAnImageOfARegistry() {
    String hosts =
        """
        images: {far: registry.test/xcode:16, near: golden}
        hosts: [{name: mac-1, address: 10.0.0.1}]
        """;
    assertThat(HostsFile.parse(hosts).pull()).isEmpty();
    assertThat(HostsFile.parse(hosts + "pull: [far]\n").pull()).containsExactly("far");
    assertThatThrownBy(() -> HostsFile.parse(hosts + "pull: [near, nowhere]\n"))
        .hasMessage(
            "pull: near is the local VM golden, which no registry has;"
                + " pull: nowhere is none of images");
    assertThatThrownBy(() -> HostsFile.parse(hosts + "pull: far\n"))
        .hasMessage("pull must be a list of names of images");
  }

  @Test
  void aHostSaysWhatDiffersFromTheDefaults() {
    HostsFile file =
        HostsFile.parse(
            """
            images:
              xcode-16: golden-xcode-16
              plain: ghcr.io/cirruslabs/macos-sequoia-base:latest
            defaults: {user: ci, bridge: en0}
            hosts:
              - {name: mac-1, address: 10.0.0.1}
              - {name: mac-2, address: mac-2.example.org, port: 2222, slots: 1, user: admin}
            """);
    assertThat(file.images()).containsEntry("xcode-16", "golden-xcode-16").hasSize(2);
    assertThat(file.macs())
        .containsExactly(
            new Mac(
                "mac-1",
                "10.0.0.1",
                22,
                "ci",
                OptionalInt.empty(),
                "/opt/homebrew/bin/tart",
                Optional.empty(),
                Optional.of("en0"),
                "arp"),
            new Mac(
                "mac-2",
                "mac-2.example.org",
                2222,
                "admin",
                OptionalInt.of(1),
                "/opt/homebrew/bin/tart",
                Optional.empty(),
                Optional.of("en0"),
                "arp"));
  }

  @Test
  void guestsToKeepSuspendedAreReadByWhatTheirImageIsCalledThere() {
    HostsFile file =
        HostsFile.parse(
            """
            images: {xcode: golden, also-xcode: golden, base: ghcr.io/some/base:1}
            defaults: {suspend: {xcode: 1, also-xcode: 2}, suspend-hours: 6}
            hosts:
              - {name: mac-1, address: 10.0.0.1}
              - {name: mac-2, address: 10.0.0.2, suspend: {base: 1, xcode: 0}, suspend-hours: 48}
              - {name: mac-3, address: 10.0.0.3, suspend: {}}
            """);
    assertThat(file.macs().get(0).suspend()).isEqualTo(Map.of("golden", 2));
    assertThat(file.macs().get(0).suspendFor()).isEqualTo(Duration.ofHours(6));
    assertThat(file.macs().get(1).suspend()).isEqualTo(Map.of("ghcr.io/some/base:1", 1));
    assertThat(file.macs().get(1).suspendFor()).isEqualTo(Duration.ofDays(2));
    assertThat(file.macs().get(2).suspend()).isEmpty();
  }

  @Test
  void mistakesInWhatIsToBeKeptSuspendedAreNamed() {
    assertThatThrownBy(
            () ->
                HostsFile.parse(
                    """
                    images: {xcode: golden}
                    hosts:
                      - {name: mac-1, address: 10.0.0.1, suspend: {other: 1, xcode: 99}}
                      - {name: mac-2, address: 10.0.0.2, suspend: [xcode], suspend-hours: 0}
                    """))
        .hasMessageContaining("host mac-1: suspend: other is none of images")
        .hasMessageContaining("host mac-1: suspend: xcode must be a number from 0 to 8")
        .hasMessageContaining("host mac-2: suspend must map images to numbers")
        .hasMessageContaining("host mac-2: suspend-hours must be a number from 1 to 168");
  }

  @Test
  void allMistakesAreNamedAtOnce() {
    assertThatThrownBy(
            () ->
                HostsFile.parse(
                    """
                    image: {}
                    hosts:
                      - {name: "a b", address: 10.0.0.1}
                      - {name: mac-2, address: 10.0.0.2, port: many, colour: red}
                      - {name: mac-2, address: 10.0.0.2, port: 22, slots: 99}
                      - {name: mac-3, tart: tart, bridge: "en0;reboot", resolver: guess}
                      - just-a-name
                    """))
        .hasMessageContaining("the file has image, which is none of")
        .hasMessageContaining("images must map one name at least")
        .hasMessageContaining("host 1 needs a name")
        .hasMessageContaining("host mac-2: port must be a number")
        .hasMessageContaining("host mac-2 has colour")
        .hasMessageContaining("host mac-2 is there twice")
        .hasMessageContaining("another host has the address 10.0.0.2:22")
        .hasMessageContaining("slots must be a number from 0 to 64")
        .hasMessageContaining("host mac-3 needs address")
        .hasMessageContaining("host mac-3: tart can't be \"tart\"")
        .hasMessageContaining("bridge must be a network interface")
        .hasMessageContaining("resolver must be one of agent, arp, dhcp")
        .hasMessageContaining("host 5 must be a mapping");
  }

  @Test
  void whatIsNoYamlIsSaidSo() {
    assertThatThrownBy(() -> HostsFile.parse("hosts: [")).hasMessageContaining("no YAML");
    assertThatThrownBy(() -> HostsFile.parse("hosts: []\nhosts: []\n"))
        .hasMessageContaining("no YAML");
    assertThatThrownBy(() -> HostsFile.parse("")).hasMessageContaining("no mapping");
  }
}
