package io.macpool.cli.gitlab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a guest's shell makes of the lines that we give it. */
class GuestScriptTest {

  @TempDir private Path home;

  private Process begin(String script, int size) throws IOException {
    Path file = Files.writeString(home.resolve("given"), script);
    return shell(GuestScript.RECEIVE, "guest", Integer.toString(size), GuestScript.RUN, ".macpool")
        .redirectInput(file.toFile())
        .start();
  }

  private ProcessBuilder shell(String line, String... words) {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", line);
    builder.command().addAll(List.of(words));
    builder.directory(home.toFile()).redirectError(home.resolve("err").toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().put("SHELL", "/bin/bash");
    return builder;
  }

  private static int status(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void outputErrorsAndStatusAreTheScripts() throws Exception {
    String script = "echo one; echo two >&2; echo three; umask; exit 5";
    Process process = begin(script, script.length());

    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .startsWith("one\ntwo\nthree\n")
        .doesNotContain("0077");
    assertThat(status(process)).isEqualTo(5);
    assertThat(Files.readString(home.resolve(".macpool/status"))).isEqualTo("5\n");
    assertThat(Files.readString(home.resolve("err"))).isEmpty();
  }

  @Test
  void halfAScriptDoesNotRun() throws Exception {
    Process process = begin("touch ran", 100);

    assertThat(status(process)).isEqualTo(255);
    assertThat(home.resolve("ran")).doesNotExist();
    assertThat(Files.readString(home.resolve("err"))).contains("did not arrive whole");
  }

  @Test
  void whatIsLeftRunningHoldsUpNobody() throws Exception {
    String script = "sleep 300 & echo $! >left; echo done";
    Process process = begin(script, script.length());

    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).isEqualTo("done\n");
    assertThat(status(process)).isZero();
    Optional<ProcessHandle> left = handle("left");
    assertThat(left).get().matches(ProcessHandle::isAlive);
    left.get().destroyForcibly();
  }

  /** As OpenSSH's server does: a connection that ends does not end what it started. */
  @Test
  void aScriptWhoseConnectionIsGoneIsEndedWithAllThatItStarted() throws Exception {
    String script =
        "trap '' TERM HUP PIPE; sleep 300 & echo $! >left; echo $$ >own; wait; sleep 300";
    Process process = begin(script, script.length());
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> handle("left").isPresent() && handle("own").isPresent());
    ProcessHandle left = handle("left").get();
    ProcessHandle own = handle("own").get();
    process.getInputStream().close();

    assertThat(status(shell(GuestScript.END, "guest", "2", ".macpool").start())).isZero();
    assertThat(own.onExit()).succeedsWithin(Duration.ofSeconds(60));
    assertThat(left.onExit()).succeedsWithin(Duration.ofSeconds(60));
    assertThat(status(shell(GuestScript.END, "guest", "2", ".macpool").start())).isZero();
    process.destroyForcibly();
  }

  private Optional<ProcessHandle> handle(String file) throws IOException {
    Path path = home.resolve(file);
    String text = Files.exists(path) ? Files.readString(path).strip() : "";
    return text.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(text));
  }
}
