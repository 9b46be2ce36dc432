package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program of this module as a person runs it: a process of its own, seen from outside. */
final class SandboxProcess implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final Path out;
  private final Path temporary;

  private SandboxProcess(Process process, Path out, Path temporary) {
    this.process = process;
    this.out = out;
    this.temporary = temporary;
  }

  /**
   * Starts it.
   *
   * @param main the class that a script would start
   * @param out the file that its output goes to
   * @param temporary the directory that its temporary files go to
   */
  static SandboxProcess start(Class<?> main, Path out, Path temporary, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    return new SandboxProcess(process, out, temporary);
  }

  /** What it printed so far. */
  String output() {
    try {
      return Files.readString(out);
    } catch (IOException e) {
      throw new UncheckedIOException("the sandbox's output can't be read", e);
    }
  }

  String lastLine() {
    return output().lines().reduce("", (earlier, later) -> later);
  }

  int exitStatus() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("it ends within %s", PATIENCE)
        .isTrue();
    return process.exitValue();
  }

  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  void terminate() {
    process.destroy();
  }

  /** At once, as by {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  void leftNothingBehind() throws IOException {
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("macpool")))
          .isEmpty();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
