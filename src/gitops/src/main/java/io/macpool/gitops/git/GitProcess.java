package io.macpool.gitops.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code git} in a directory, with a deadline, and hands back what it printed. */
record GitProcess(Path directory) {

  private static final long SECONDS = 60;

  /** Standard output as bytes; the exit status must be 0. */
  byte[] bytes(byte[] input, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
    command.addAll(List.of(arguments));
    return execute(command, input);
  }

  String text(String... arguments) {
    return new String(bytes(new byte[0], arguments), StandardCharsets.UTF_8);
  }

  static byte[] execute(List<String> command, byte[] input) {
    try {
      // Files, not pipes: to read a pipe is to wait without a deadline.
      Path in = Files.createTempFile("git", ".in");
      Path output = Files.createTempFile("git", ".out");
      Path errors = Files.createTempFile("git", ".err");
      try {
        Files.write(in, input);
        return execute(command, in, output, errors);
      } finally {
        Files.deleteIfExists(in);
        Files.deleteIfExists(output);
        Files.deleteIfExists(errors);
      }
    } catch (IOException e) {
      throw new GitException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GitException("interrupted while waiting for " + command.get(0), e);
    }
  }

  private static byte[] execute(List<String> command, Path in, Path output, Path errors)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    // A person's language, pager and grafts must not change the answer.
    builder.environment().putAll(Map.of("LC_ALL", "C", "GIT_NO_REPLACE_OBJECTS", "1"));
    Process process = builder.start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new GitException(String.join(" ", command) + " took over " + SECONDS + " s");
    }
    if (process.exitValue() != 0) {
      String words = Files.readString(errors).strip();
      throw new GitException(String.join(" ", command) + " failed: " + words);
    }
    return Files.readAllBytes(output);
  }
}
