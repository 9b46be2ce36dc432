package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.tart.ImagePulls.Action;
import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.report.MacReportTest;
import io.macpool.core.fleet.Image;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImagePullsTest {

  private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
  private static final String SOURCE = "registry.test/ci/xcode:16";
  private static final String OTHER = "registry.test/ci/xcode:17";

  /** The report's own time is {@link #NOW}. */
  private static final long BEGUN = NOW.getEpochSecond() - 60;

  private final ImagePulls pulls = new ImagePulls(() -> 0);

  private static MacView mac(String name, String lines, String... cached) throws Exception {
    Mac mac =
        new Mac(
            name,
            "10.0.0.1",
            22,
            "admin",
            OptionalInt.empty(),
            "/tart",
            Optional.empty(),
            Optional.empty(),
            "dhcp");
    StringBuilder rows = new StringBuilder();
    for (String image : cached) {
      rows.append(rows.isEmpty() ? "" : ",")
          .append("{\"Source\":\"OCI\",\"Name\":\"" + image + "\",\"Size\":90}");
    }
    String text = MacReportTest.text(lines, "[" + rows + "]\n", "0");
    return MacView.of(mac).heard(MacReport.parse(text), NOW);
  }

  private static String pull(String end, String said) {
    return "pull %s %d %s %s%n".formatted(SOURCE, BEGUN, end, said);
  }

  private List<Action> plan(MacView... views) {
    return pulls.plan(List.of(views), Set.of(SOURCE), NOW);
  }

  private static Action begin(String mac) {
    return new Action(mac, SOURCE, true);
  }

  private static Action end(String mac) {
    return new Action(mac, SOURCE, false);
  }

  private Image.Pull shown(String mac) {
    return pulls.of(SOURCE).stream()
        .filter(pull -> pull.host().equals("tart:" + mac))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void twoAtATimeAndThoseThatGoOnCount() throws Exception {
    assertThat(plan(mac("a", ""), mac("b", ""), mac("c", ""), mac("d", "", SOURCE)))
        .containsExactly(begin("a"), begin("b"));
    assertThat(plan(mac("a", pull("-", "42% of 90 GB")), mac("b", ""), mac("c", "")))
        .containsExactly(begin("b"));
    assertThat(shown("a").percent()).hasValue(40);
    assertThat(shown("c").percent()).isEmpty();
    assertThat(shown("c").trouble()).isEmpty();
    assertThat(plan(mac("a", pull("-", "")), mac("b", pull("-", "")), mac("c", ""))).isEmpty();
  }

  @Test
  void oneMacGetsOneAtATime() throws Exception {
    MacView mac = mac("a", "");
    assertThat(pulls.plan(List.of(mac), Set.of(SOURCE, OTHER), NOW)).containsExactly(begin("a"));
  }

  @Test
  void whatIsThereIsForgottenAndWhatAnotherBrokerWantsGoesOn() throws Exception {
    assertThat(plan(mac("a", pull("0", "100%"), SOURCE))).containsExactly(end("a"));
    assertThat(pulls.of(SOURCE)).isEmpty();
    MacView others = mac("a", pull("-", "5%"));
    assertThat(pulls.plan(List.of(others), Set.of(OTHER), NOW)).isEmpty();
    assertThat(pulls.plan(List.of(others, mac("b", "")), Set.of(OTHER), NOW))
        .containsExactly(new Action("b", OTHER, true));
    assertThat(pulls.plan(List.of(mac("a", pull("1", "Error"))), Set.of(), NOW))
        .containsExactly(end("a"));
  }

  @Test
  void whereThereIsTooLittleRoomItIsSaid() throws Exception {
    // 244 GB in kilobytes of 1024 bytes are free: of a size that nobody knows, 120 are needed.
    MacView full = mac("a", "disk /dev/disk3s5 488000000 439000000 90000000 90% /\n");
    assertThat(plan(full)).isEmpty();
    assertThat(shown("a").trouble()).contains("92 GB of disk are free, and 120 are needed");
    assertThat(plan(full, mac("b", "", SOURCE))).isEmpty();
    assertThat(shown("a").trouble()).contains("92 GB of disk are free, and 110 are needed");
  }

  @Test
  void whatFailedIsTriedAgainLaterEachTime() throws Exception {
    Duration before = Duration.ZERO;
    Instant now = NOW;
    for (int i = 0; i < 9; i++) {
      MacView failed = mac("a", pull("1", "Error: offline"));
      assertThat(pulls.plan(List.of(failed), Set.of(SOURCE), now)).containsExactly(end("a"));
      assertThat(shown("a").trouble().orElseThrow()).startsWith("Error: offline; it is tried");
      Duration rest = Duration.ZERO;
      while (pulls.plan(List.of(mac("a", "")), Set.of(SOURCE), now.plus(rest)).isEmpty()) {
        rest = rest.plusSeconds(10);
      }
      assertThat(rest)
          .isBetween(before.isZero() ? Duration.ofSeconds(30) : before, Duration.ofMinutes(30));
      before = rest;
      now = now.plus(rest);
      assertThat(pulls.plan(List.of(mac("a", pull("-", "5%"))), Set.of(SOURCE), now)).isEmpty();
      assertThat(pulls.of(SOURCE)).as("while it is tried again").hasSize(1);
    }
    assertThat(before).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void aLockedKeychainIsToldWithItsCure() throws Exception {
    String said = "Error: Failed(message: \"Keychain returned unsuccessful status -25308\")";
    assertThat(plan(mac("a", pull("1", said)))).containsExactly(end("a"));
    assertThat(shown("a").trouble().orElseThrow())
        .contains("-25308", "TART_REGISTRY_PASSWORD for the user's SSH sessions");
  }

  /** As written by tart for a terminal: the cursor goes up, and the line is cleared. */
  @Test
  void progressIsReadThroughTheSignsForATerminal() throws Exception {
    assertThat(plan(mac("a", pull("-", "[1A[J37%")))).isEmpty();
    assertThat(shown("a").percent()).hasValue(35);
  }

  @Test
  void whatTakesTooLongOrLeavesNothingHasFailed() throws Exception {
    String old =
        "pull %s %d - 50%%%n".formatted(SOURCE, NOW.minus(ImagePulls.LIMIT).getEpochSecond());
    assertThat(plan(mac("a", old))).containsExactly(end("a"));
    assertThat(shown("a").trouble().orElseThrow()).contains("within 120 minutes");
    assertThat(plan(mac("b", pull("0", "")))).containsExactly(end("b"));
    assertThat(shown("b").trouble().orElseThrow()).contains("not listed");
    assertThat(plan(mac("c", pull("gone", "50%")))).containsExactly(end("c"));
    assertThat(shown("c").trouble().orElseThrow()).contains("ended without a word");
  }
}
