package io.macpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {

  /** As the start script has it: a process, with a client that leads nowhere. */
  @Test
  void aWholeRunIsRehearsed(@TempDir Path directory) throws Exception {
    Path ssh = directory.resolve("ssh");
    Files.writeString(
        ssh,
        "#!/bin/sh\nfor line; do :; done\ncd \"${0%/*}\" && touch ran && exec sh -c \"$line\"");
    assertThat(ssh.toFile().setExecutable(true)).isTrue();
    ProcessBuilder rehearsal =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Rehearsal.class.getName(),
            "all");
    rehearsal.environment().merge("PATH", directory.toString(), (all, ours) -> ours + ":" + all);
    Path said = directory.resolve("said");
    Process process = rehearsal.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(Files.readString(said)).isEmpty();
      assertThat(process.exitValue()).isZero();
      assertThat(directory.resolve("ran")).exists();
    } finally {
      process.destroyForcibly();
    }
  }
}
