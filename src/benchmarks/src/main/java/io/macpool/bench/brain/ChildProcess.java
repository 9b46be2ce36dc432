package io.macpool.bench.brain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server in a Java process of its own, so that its memory and processor time are its own. It says
 * its port on standard output, answers each line on standard input with one of its own, and ends
 * with its input.
 */
final class ChildProcess implements AutoCloseable {

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

  private final Process process;
  private final BufferedReader out;
  private final Writer in;
  private final Path log;
  private int port;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    this.log = log;
  }

  /** Starts {@code main} of a class path, with the given flags of the JVM. */
  static ChildProcess start(
      Class<?> main, String classPath, List<String> flags, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(classPath);
    command.add(main.getName());
    Path log = Files.createTempFile("benchmark", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().putAll(environment);
    ChildProcess child = new ChildProcess(builder.start(), log);
    try {
      child.port = (int) child.answer();
      return child;
    } catch (IOException | InterruptedException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /** A server of this harness's own. */
  static ChildProcess ofHarness(Class<?> main) throws IOException, InterruptedException {
    return start(
        main, System.getProperty("java.class.path"), List.of("-XX:+UseSerialGC"), Map.of());
  }

  /** Where it listens, on the loopback interface. */
  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Its next line, which must be a number. */
  private long answer() throws IOException, InterruptedException {
    CompletableFuture<String> line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return out.readLine();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      return Long.parseLong(line.get(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException | NumberFormatException e) {
      throw new IOException("a server did not answer; it said: " + Files.readString(log), e);
    }
  }

  /** Its answer to a line, a number. */
  long ask(String line) throws IOException, InterruptedException {
    in.write(line + "\n");
    in.flush();
    return answer();
  }

  /** The processor time that it has used so far. */
  Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /**
   * Lets no file that it writes grow beyond that many bytes, as a full disk would; -1 ends that.
   * Needs {@code prlimit}, which Linux systems have.
   */
  void limitFiles(long bytes) {
    String limit = bytes < 0 ? "unlimited" : Long.toString(bytes);
    try {
      Process setter =
          new ProcessBuilder(
                  "prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + limit + ":")
              .inheritIO()
              .start();
      if (!setter.waitFor(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        setter.destroyForcibly();
        throw new IllegalStateException(
            "prlimit did not end within " + ANSWER_LIMIT.toSeconds() + " s");
      }
      if (setter.exitValue() != 0) {
        throw new IllegalStateException("prlimit failed with " + setter.exitValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't run prlimit: is util-linux installed?", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      in.close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      Files.deleteIfExists(log);
    }
  }
}
