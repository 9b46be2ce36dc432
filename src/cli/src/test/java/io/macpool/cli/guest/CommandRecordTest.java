package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command does not see that a record of it is kept: by bash, which macOS has as sh, and dash. */
class CommandRecordTest {

  @TempDir private Path home;

  /** A command's end. */
  private record End(int status, String out, String err) {}

  private End run(String shell, String input, String... words) throws Exception {
    List<String> line = new ArrayList<>(List.of(shell, "-c", CommandRecord.RUN, ".record"));
    line.addAll(List.of(words));
    Path given = Files.writeString(home.resolve("../given-" + home.getFileName()), input);
    Path err = home.resolveSibling("err-" + home.getFileName());
    Process process =
        new ProcessBuilder(line)
            .directory(home.toFile())
            .redirectInput(given.toFile())
            .redirectError(err.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new End(process.exitValue(), out, Files.readString(err));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "sh"})
  void streamsWordsAndStatusAreTheCommands(String shell) throws Exception {
    End end = run(shell, "in\n", "sh", "-c", "cat; echo \"$1\"; echo e >&2; exit 7", "x", "a  'b");

    assertThat(end).isEqualTo(new End(7, "in\na  'b\n", "e\n"));
    assertThat(home.resolve(".record/status")).hasContent("7\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "sh"})
  void aCommandSeesOnlyItsOwnStreams(String shell) throws Exception {
    assertThat(run(shell, "", "sh", "-c", "command echo x >&3").status()).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "sh"})
  void whatASignalEndedIsToldWithoutAWordOfTheShell(String shell) throws Exception {
    assertThat(run(shell, "", "sh", "-c", "kill -KILL $$")).isEqualTo(new End(137, "", ""));
    Files.move(home.resolve(".record"), home.resolve("former"));
    assumeTrue(
        (IgnoredSignals.inherited() & IgnoredSignals.INT) == 0,
        "whoever started this build ignores SIGINT, and no shell can change that");
    assertThat(run(shell, "", "sh", "-c", "kill -INT $$")).isEqualTo(new End(130, "", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "sh"})
  void aCommandThatIsNotThereIsToldAsAShellDoes(String shell) throws Exception {
    End end = run(shell, "", "no-such-command");

    assertThat(end.status()).isEqualTo(127);
    assertThat(end.err()).contains("no-such-command").contains("not found");
  }
}
