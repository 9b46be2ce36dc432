package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HooksTest {

  @Test
  void aHookIsAShellCommandAndIsAwaited(@TempDir Path directory) {
    Path file = directory.resolve("begun");
    Hooks.start("sleep 0.1 && echo $((40 + 2)) > " + file);
    assertThat(file).hasContent("42");
  }

  @Test
  void aHookThatFailsStopsNobody() {
    assertThatCode(() -> Hooks.start("exit 9")).doesNotThrowAnyException();
    assertThatCode(() -> Hooks.stop("/nowhere/at-all")).doesNotThrowAnyException();
  }

  @Test
  void aStartHookHasNoLimitAndTheLogSaysWhoIsWaitedFor(@TempDir Path directory) {
    Path file = directory.resolve("ended");
    try (LogLines log = LogLines.of(Hooks.class.getName())) {
      Hooks.run("start", "sleep 0.3; touch " + file, Optional.empty(), Duration.ofMillis(100));
      assertThat(file).exists();
      assertThat(log.seen()).anyMatch(line -> line.startsWith("the start hook has run for "));
    }
  }

  @Test
  void aStopHookThatHangsIsKilled(@TempDir Path directory) {
    Path file = directory.resolve("ended");
    Hooks.run(
        "stop",
        "sleep 60; touch " + file,
        Optional.of(Duration.ofMillis(100)),
        Duration.ofMinutes(1));
    assertThat(file).doesNotExist();
  }

  /** A hook's output has nowhere to go, and must not fill a pipe and hang it. */
  @Test
  void aChattyHookEnds() {
    assertThatCode(() -> Hooks.start("head -c 1000000 /dev/zero")).doesNotThrowAnyException();
  }
}
