package io.macpool.sandbox;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A service as the process that it is in production: it can be killed without a word. */
public final class ServiceProcess implements AutoCloseable {

  private static final long END_SECONDS = 10;
  private static final File NOTHING = new File("/dev/null");

  private final Process process;

  private ServiceProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts it: by its jar, as its image does, where that is packaged, else from our class path.
   *
   * @param main the class whose {@code main} the service's jar runs
   * @param log the file that its output is added to
   * @param arguments its flags, and what stands before them
   */
  public static ServiceProcess start(
      Class<?> main, Map<String, String> environment, Path log, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m"));
    command.addAll(program(main));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectInput(NOTHING);
    builder.redirectOutput(Redirect.appendTo(log.toFile()));
    try {
      return new ServiceProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("can't start a process for " + main.getName(), e);
    }
  }

  private static List<String> program(Class<?> main) {
    Path origin =
        Path.of(URI.create(main.getProtectionDomain().getCodeSource().getLocation().toString()));
    return Files.isRegularFile(origin) && Files.isDirectory(origin.resolveSibling("lib"))
        ? List.of("-jar", origin.toString())
        : List.of("-cp", System.getProperty("java.class.path"), main.getName());
  }

  /** As the operating system has it. */
  ProcessHandle handle() {
    return process.toHandle();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Runs when it has ended, for whatever reason. */
  public void onEnd(Runnable task) {
    var unused = process.onExit().thenRun(task);
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Kills it and waits until it is gone. */
  @Override
  public void close() {
    kill();
    try {
      process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
