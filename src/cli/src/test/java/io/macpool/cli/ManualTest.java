package io.macpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Completion and manual page come from the commands themselves, and miss none of them. */
class ManualTest {

  @TempDir private Path directory;

  private static String said(String command) {
    StringWriter out = new StringWriter();
    assertThat(
            Main.commandLine(Map.of(), command).setOut(new PrintWriter(out, true)).execute(command))
        .isZero();
    return out.toString();
  }

  @Test
  void theManualHasAllCommandsAndFlags() {
    String page = said("manual");
    String text = page.replace("\\-", "-").replace("\\e", "\\");

    assertThat(page).startsWith(".TH MACPOOL 1\n");
    Main.commandLine(Map.of())
        .getSubcommands()
        .forEach(
            (name, command) -> {
              assertThat(text).contains(".SS macpool " + name + "\n");
              command
                  .getCommandSpec()
                  .options()
                  .forEach(option -> assertThat(text).contains(option.longestName()));
            });
    // Nothing else begins with what man(1) takes for a request.
    assertThat(page.lines().filter(line -> line.startsWith(".")))
        .allMatch(line -> line.matches("\\.(TH|SH|SS|nf|fi)( .*)?"));
  }

  @Test
  void theCompletionIsAScriptThatBashReadsAndThatKnowsFlags() throws Exception {
    Path script = Files.writeString(directory.resolve("completion"), said("completion"));
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                """
                set -e
                . "$0"
                compopt() { :; } # bash has it during a completion only
                COMP_WORDS=(macpool hosts --outp); COMP_CWORD=2
                COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
                _complete_macpool
                echo "${COMPREPLY[@]}"
                """,
                script.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), UTF_8);

    assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said.strip()).isEqualTo("--output");
    CommandLine all = Main.commandLine(Map.of());
    assertThat(said("completion")).contains(all.getSubcommands().keySet());
  }
}
