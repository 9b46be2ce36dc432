package io.macpool.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProcessTreeTest {

  /** Repeated: whether a shell gets to its next command is a race that it wins now and then. */
  @RepeatedTest(20)
  @Timeout(60)
  void noShellGoesOnToItsNextCommand(@TempDir Path directory) throws Exception {
    Path inner = directory.resolve("inner");
    Path outer = directory.resolve("outer");
    String command = "sh -c 'echo ready; sleep 600; touch %s'; touch %s".formatted(inner, outer);
    Process shell = new ProcessBuilder("sh", "-c", command).start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(shell.getInputStream(), UTF_8))) {
      assertThat(output.readLine()).isEqualTo("ready");
      assertThat(shell.descendants()).isNotEmpty();

      ProcessTree.kill(shell);

      // All of them hold the pipe: at its end, all are gone.
      assertThat(output.readLine()).isNull();
    }
    assertThat(inner).doesNotExist();
    assertThat(outer).doesNotExist();
  }
}
