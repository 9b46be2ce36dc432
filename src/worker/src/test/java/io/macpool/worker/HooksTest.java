package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HooksTest {

  @Test
  void aHookIsAShellCommandAndIsAwaited(@TempDir Path directory) {
    Path file = directory.resolve("begun");
    Hooks.run("start", "sleep 0.1 && echo $((40 + 2)) > " + file);
    assertThat(file).hasContent("42");
  }

  @Test
  void aHookThatFailsStopsNobody() {
    assertThatCode(() -> Hooks.run("start", "exit 9")).doesNotThrowAnyException();
    assertThatCode(() -> Hooks.run("stop", "/nowhere/at-all")).doesNotThrowAnyException();
  }

  /** A hook's output has nowhere to go, and must not fill a pipe and hang it. */
  @Test
  void aChattyHookEnds() {
    assertThatCode(() -> Hooks.run("start", "head -c 1000000 /dev/zero"))
        .doesNotThrowAnyException();
  }
}
