package io.macpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start script, in place of whose JVM another script tells what it was given. */
class StartScriptTest {

  /** A JVM would take the first file that it opens for what is not there, and a guest got it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "<&-", ">&-", "<&- >&- 2>&-"})
  void aJvmHasAllThreeStreams(String closed, @TempDir Path directory) throws Exception {
    assumeThat(Path.of("/bin/bash")).exists();
    Path script = Files.copy(Path.of("macpool"), directory.resolve("macpool"));
    Files.writeString(directory.resolve("cli.jar"), "");
    Path java = Files.createDirectory(directory.resolve("bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        case "$*" in *Rehearsal*) exit 1 ;; esac
        for stream in 0 1 2; do
          (eval ": <&$stream") 2>/dev/null && echo "$stream" >>"${0%/bin/java}/streams"
        done
        """);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    ProcessBuilder shell =
        new ProcessBuilder(
            "/bin/bash", "-c", "exec bash \"$0\" hosts " + closed, script.toString());
    shell.environment().put("JAVA_HOME", directory.toString());
    Process process = shell.start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(Files.readAllLines(directory.resolve("streams"))).containsExactly("0", "1", "2");
    } finally {
      process.destroyForcibly();
    }
  }
}
