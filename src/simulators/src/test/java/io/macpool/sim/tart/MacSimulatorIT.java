package io.macpool.sim.tart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MacSimulatorIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void aRebootInTheMiddleOfACloneLeavesNone() throws Exception {
    MacTimes times = MacTimes.SHORT.withCopy(Duration.ofSeconds(1));
    try (MacFleet fleet =
        MacFleet.start(directory, 1, times, GuestPower.addressesOnly(), List.of("macos-15"))) {
      MacSimulator mac = fleet.mac("mac-1");
      Path tart = tart(fleet);
      Process first = start(tart, "clone", "golden-macos-15", "first");
      await().atMost(PATIENCE).until(() -> said(tart.resolveSibling("ps")).contains("first"));

      mac.reboot();

      assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(first.exitValue()).isNotZero();
      // As long as the first would have taken.
      Process second = start(tart, "clone", "golden-macos-15", "second");
      assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(mac.localVms()).containsOnly("golden-macos-15", "second");
    }
  }

  private static Path tart(MacFleet fleet) {
    Matcher found = Pattern.compile("tart: (\\S+)").matcher(fleet.hostsFile());
    assertThat(found.find()).isTrue();
    return Path.of(found.group(1));
  }

  private static Process start(Path command, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(arguments));
    line.add(0, command.toString());
    return new ProcessBuilder(line).redirectErrorStream(true).start();
  }

  private static String said(Path command) throws IOException {
    return new String(start(command).getInputStream().readAllBytes(), UTF_8);
  }
}
