package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The linter of shell scripts, if this machine has it. */
final class Shellcheck {

  private Shellcheck() {}

  static void assertClean(Path directory, List<String> scripts) throws Exception {
    Process process;
    try {
      List<String> command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
      command.addAll(scripts);
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "shellcheck is not installed: " + scripts.size() + " scripts NOT linted");
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
