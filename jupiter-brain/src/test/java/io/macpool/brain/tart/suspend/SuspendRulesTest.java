package io.macpool.brain.tart.suspend;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.tart.report.MacReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuspendRulesTest {

  private static final long NOW = 1_767_312_000;
  private static final SuspendRules RULES =
      new SuspendRules("ours", Map.of("golden", 1), Duration.ofHours(24));
  private static final String ONE = SuspendTexts.PREFIX + "one";
  private static final String TWO = SuspendTexts.PREFIX + "two";

  private final List<String> kept = new ArrayList<>();
  private final List<String> rows = new ArrayList<>(List.of(row("golden", "stopped")));
  private String free = "244000000";

  private static String row(String name, String state) {
    return "{\"Source\":\"local\",\"Name\":\"%s\",\"State\":\"%s\"}".formatted(name, state);
  }

  private static String line(String vm, long age) {
    return "kept %s ours golden %d 77 25A354 77 -".formatted(vm, NOW - age);
  }

  private SuspendRulesTest with(String line, String state) {
    kept.add(line);
    String vm = line.split(" ", -1)[1];
    if (!state.isEmpty()) {
      rows.add(row(vm, state));
    }
    return this;
  }

  private MacReport report() throws Exception {
    return MacReport.parse(
        """
        boot { sec = 1767225600, usec = 123 }
        now %d
        arch arm64
        build 25A354
        disk /dev/disk3s5 488000000 244000000 %s 50%% /
        %s
        list
        [%s]
        end 0
        """
            .formatted(NOW, free, String.join("\n", kept), String.join(",", rows)));
  }

  private void assertGoes(String why) throws Exception {
    assertThat(RULES.takeable(report(), "golden")).isEmpty();
    assertThat(RULES.discard(report()).map(SuspendRules.Discard::why)).contains(why);
  }

  private void assertStays() throws Exception {
    assertThat(RULES.discard(report())).isEmpty();
  }

  @Test
  void oneAsItShouldBeStaysAndMayBeTaken() throws Exception {
    with(line(ONE, 100), "suspended").assertStays();
    assertThat(RULES.takeable(report(), "golden")).containsExactly(ONE);
    assertThat(RULES.takeable(report(), "another")).isEmpty();
    assertThat(SuspendRules.trouble(report())).isEmpty();
  }

  @Test
  void anotherLedgersAndWhatHasNoFileOfOursIsNeitherTakenNorTouched() throws Exception {
    with(line(ONE, 1_000_000).replace("ours", "theirs"), "stopped");
    rows.add(row(TWO, "suspended"));
    assertStays();
    assertThat(RULES.takeable(report(), "golden")).isEmpty();
    assertThat(RULES.sources(report())).containsExactly("golden");
  }

  @Test
  void oneThatRunsIsNotTouched() throws Exception {
    with(line(ONE, 1_000_000), "running").assertStays();
    assertThat(RULES.takeable(report(), "golden")).isEmpty();
  }

  @Test
  void oneWithoutItsStateGoes() throws Exception {
    with(line(ONE, 100), "stopped").assertGoes("its saved state is gone");
  }

  @Test
  void oneThatIsTooOldGoes() throws Exception {
    with(line(ONE, 24 * 3600), "suspended").assertGoes("it is too old");
  }

  @Test
  void oneOfAnImageThatIsAnotherOneSinceGoes() throws Exception {
    with(line(ONE, 100).replace("77 -", "78 -"), "suspended")
        .assertGoes("its image is another one since");
  }

  @Test
  void whatTheImageIsNowMayBeUnknownThenItIsNotTakenAndStays() throws Exception {
    with(line(ONE, 100).replace("77 -", "- -"), "suspended").assertStays();
    assertThat(RULES.takeable(report(), "golden")).isEmpty();
  }

  @Test
  void oneOfAnotherSystemGoes() throws Exception {
    with(line(ONE, 100).replace("25A354", "24G90"), "suspended")
        .assertGoes("the Mac's system is another one since");
  }

  @Test
  void oneWhoseImageIsGoneGoes() throws Exception {
    rows.clear();
    with(line(ONE, 100).replace("77 -", "- -"), "suspended").assertGoes("its image is gone");
  }

  @Test
  void onesThatAreNotWantedGoTheOldestFirst() throws Exception {
    with(line(ONE, 100), "suspended").with(line(TWO, 200), "suspended");
    assertThat(RULES.discard(report()).map(SuspendRules.Discard::vm)).contains(TWO);
    SuspendRules none = new SuspendRules("ours", Map.of(), Duration.ofHours(24));
    assertThat(none.discard(report())).isPresent();
    assertThat(none.sources(report())).containsExactly("golden");
  }

  @Test
  void withLittleDiskTheyGoAndNoMoreAreMadeBefore() throws Exception {
    free = "30000000";
    with(line(ONE, 100), "suspended").assertStays();
    assertThat(SuspendRules.trouble(report())).isPresent();
    free = "20000000";
    assertThat(RULES.discard(report()).map(SuspendRules.Discard::why))
        .contains("the disk is nearly full");
  }

  @Test
  void noneIsMadeWhereTheDiskIsNotKnown() throws Exception {
    free = "-";
    with(line(ONE, 100), "suspended").assertStays();
    assertThat(SuspendRules.trouble(report()))
        .contains("it does not tell how much of its disk is free");
  }

  @Test
  void oneThatIsTakenIsLeftToWhoTakesItForAWhile() throws Exception {
    with(line(ONE, 90_000).replace("77 -", "77 " + (NOW - 599)), "suspended").assertStays();
    kept.clear();
    kept.add(line(ONE, 90_000).replace("77 -", "77 " + (NOW - 600)));
    assertThat(RULES.discard(report()))
        .isEqualTo(
            Optional.of(
                new SuspendRules.Discard(ONE, true, "whoever took or made it came to no end")));
  }

  @Test
  void aFileWithoutAVmIsLeftToWhoMakesItForAWhile() throws Exception {
    with(line(ONE, 599), "").assertStays();
    kept.clear();
    with(line(ONE, 600), "").assertGoes("whoever took or made it came to no end");
  }
}
