package io.macpool.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A service in a process of its own, started by its own main class and set by its environment as in
 * production; seen through its metrics and what the machine tells of the process.
 */
public final class ServiceProcess implements AutoCloseable {

  private static final double MEBI = 1 << 20;

  /** Linux counts a hundred ticks a second, whatever its kernel does. */
  private static final int MILLIS_PER_TICK = 10;

  private static final int MOST_TOLD = 4_000;
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final int port;
  private final Path log;

  private ServiceProcess(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
    // A run that is interrupted must not leave a service behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "kill-service"));
  }

  /**
   * Starts {@code main} of the code that is measured.
   *
   * @param port where the environment makes it answer {@code /metrics}, on the loopback interface
   * @param log where its output goes
   */
  public static ServiceProcess start(
      String main, int heapMebibytes, Map<String, String> environment, int port, Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java("java"));
    command.addAll(MeasuredCode.jvmFlags(heapMebibytes));
    command.addAll(List.of("-cp", MeasuredCode.classPath(), main));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new ServiceProcess(builder.start(), port, log);
  }

  /** A port that nobody listens on now. */
  public static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** A program of the JDK that runs this. */
  public static String java(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }

  /**
   * Waits until a path is answered with 200.
   *
   * @throws IllegalStateException if it is not within a minute, with what the service said
   */
  public ServiceProcess awaitReady(String path) throws IOException, InterruptedException {
    long until = System.nanoTime() + START.toNanos();
    while (!isReady(path)) {
      if (System.nanoTime() > until || !process.isAlive()) {
        String said = said();
        close();
        throw new IllegalStateException("not ready within " + START + "; it said: " + said);
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    return this;
  }

  private boolean isReady(String path) throws InterruptedException {
    try {
      return http.send(request(path), BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  /** The end of its log. */
  public String said() throws IOException {
    String text = Files.readString(log);
    return text.substring(Math.max(0, text.length() - MOST_TOLD));
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(10))
        .build();
  }

  /** The sum of all series whose name and first tags begin so. */
  public double metric(String series) throws IOException, InterruptedException {
    HttpResponse<Stream<String>> response = http.send(request("/metrics"), BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      return lines
          .filter(line -> line.startsWith(series))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }

  /** What is used of the heap now, in MiB, dead objects included. */
  private double heapUsed() throws IOException, InterruptedException {
    return metric("jvm_memory_used_bytes{area=\"heap\"") / MEBI;
  }

  /** The same without dead objects: after a collection. */
  public double heapLive() throws IOException, InterruptedException {
    Process collection =
        new ProcessBuilder(java("jcmd"), Long.toString(process.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!collection.waitFor(30, TimeUnit.SECONDS) || collection.exitValue() != 0) {
      throw new IOException("jcmd could not start a collection");
    }
    return heapUsed();
  }

  /** What the process holds of the machine's memory, in MiB; nothing where there is no /proc. */
  public OptionalDouble resident() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return OptionalDouble.empty();
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst();
    }
  }

  /**
   * The processor time that its JVM's compilers have used so far, which they do not use for long;
   * zero where there is no /proc.
   */
  public Duration compilersCpu() throws IOException {
    Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
    if (!Files.isDirectory(threads)) {
      return Duration.ZERO;
    }
    long ticks = 0;
    try (Stream<Path> all = Files.list(threads)) {
      for (Path thread : all.toList()) {
        ticks += compilerTicks(thread.resolve("stat"));
      }
    }
    return Duration.ofMillis(ticks * MILLIS_PER_TICK);
  }

  /** What proc(5) says of a thread: its name in parentheses, then its state and its times. */
  private static long compilerTicks(Path stat) throws IOException {
    String line;
    try {
      line = Files.readString(stat);
    } catch (NoSuchFileException ended) {
      return 0;
    }
    int name = line.lastIndexOf(')');
    if (!line.substring(0, name).contains("CompilerThre")) {
      return 0;
    }
    List<String> fields = List.of(line.substring(name + 2).split(" ", -1));
    return Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
  }

  /** The processor time that it has used so far. */
  public Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    process.destroyForcibly(); // nothing it could still do is wanted
    try {
      process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
