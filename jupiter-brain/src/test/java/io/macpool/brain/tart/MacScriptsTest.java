package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Mark;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts in a real shell; only what must not happen there is looked at. */
class MacScriptsTest {

  private static final String HOSTILE = "x';touch hit;'$(touch hit)`touch hit`\"";

  @TempDir Path home;

  private static MacScripts scripts(String tart) {
    return new MacScripts(
        new Mac(
            "mac",
            "10.0.0.1",
            22,
            "admin",
            OptionalInt.empty(),
            tart,
            Optional.of(HOSTILE),
            Optional.empty(),
            "dhcp"));
  }

  private String run(String command) throws Exception {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }

  @Test
  void noNameInjects() throws Exception {
    MacScripts scripts = scripts(HOSTILE);
    for (String command :
        List.of(
            scripts.report(),
            "echo 1 | " + scripts.watch().replaceFirst("^exec ", ""),
            scripts.cloneVm(HOSTILE, "name", new Mark(HOSTILE, HOSTILE), true),
            scripts.take(List.of(HOSTILE), HOSTILE, "name", new Mark(HOSTILE, HOSTILE)),
            scripts.resume(HOSTILE, Duration.ZERO, 22),
            scripts.suspend(HOSTILE, Duration.ZERO),
            scripts.discard(HOSTILE, true),
            scripts.start(HOSTILE, Duration.ZERO),
            scripts.stop(HOSTILE),
            scripts.delete(HOSTILE))) {
      run("export HOME=" + Quoting.quote(home.toString()) + "; " + command);
    }
    assertThat(Files.exists(home.resolve("hit"))).isFalse();
  }

  @Test
  void onlyPlainNamesAreNamesOfVms() {
    assertThat(Quoting.isName("0b61a2c4-9f1e-4a52-8a53-0f7c2f1f1a11")).isTrue();
    assertThat(List.of("", "-x", ".x", "a/b", "a b", "a'b", "a=b", "a\nb"))
        .noneMatch(Quoting::isName);
  }
}
