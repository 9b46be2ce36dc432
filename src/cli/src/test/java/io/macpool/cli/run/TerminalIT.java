package io.macpool.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a terminal shows, and what a pipe gets. */
class TerminalIT extends RunLab {

  private static final String BOLD = "\u001b[1m";

  @BeforeEach
  void needTerminals() {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1) of util-linux here");
  }

  private List<String> inTerminal(String before, String... arguments) throws Exception {
    Process begun = beginInTerminal(before, arguments);
    begun.getOutputStream().close();
    assertThat(status(begun)).as(out() + err()).isZero();
    return out().lines().map(line -> line.replace("\r", "")).toList();
  }

  @Test
  void aNarrowTerminalGetsLinesThatFitAndAPipeWholeOnes() throws Exception {
    assertThat(run("create", "macos-15")).as(err()).isZero();

    List<String> shown = inTerminal("stty rows 24 cols 30", "instances");
    assertThat(run("instances")).as(err()).isZero();

    assertThat(shown).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(30));
    assertThat(shown).anyMatch(line -> line.endsWith("…"));
    assertThat(out()).contains("macos-15").doesNotContain("…").doesNotContain("\u001b");
    assertThat(out().lines()).anyMatch(line -> line.length() > 30);
  }

  @Test
  void aPageHasColoursUnlessNoColorSaysNo() throws Exception {
    for (boolean coloured : List.of(true, false)) {
      String before = "stty rows 24 cols 80; export TERM=xterm NO_COLOR=" + (coloured ? "" : "1");
      Process begun = beginInTerminal(before, "instances", "-w");
      Awaitility.await().atMost(PATIENCE).until(() -> out().contains("PHASE"));
      begun.getOutputStream().write(3);
      begun.getOutputStream().flush();
      int unused = status(begun);

      if (coloured) {
        assertThat(out()).contains(BOLD);
      } else {
        assertThat(out()).doesNotContain(BOLD);
      }
    }
  }
}
