package io.macpool.bench.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A worker in a process of its own, with a heap of 512 MiB. */
final class WorkerProcess implements AutoCloseable {

  static final int HEAP_MEBIBYTES = 512;

  private static final double MEBI = 1 << 20;
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final int port;

  private WorkerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
    // A run that is interrupted must not leave a worker behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "kill-worker"));
  }

  static WorkerProcess start(Surroundings surroundings, int processors)
      throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            java("java"),
            "-Xmx" + HEAP_MEBIBYTES + "m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            "io.macpool.worker.Main");
    builder.environment().putAll(surroundings.environment(processors, port));
    builder.redirectErrorStream(true).redirectOutput(surroundings.workerLog().toFile());
    WorkerProcess worker = new WorkerProcess(builder.start(), port);
    long until = System.nanoTime() + START.toNanos();
    while (!worker.isReady()) {
      if (System.nanoTime() > until || !worker.process.isAlive()) {
        worker.close();
        throw new IllegalStateException(
            "the worker did not become ready within %d s; its last lines are%n%s"
                .formatted(START.toSeconds(), surroundings.lastLines()));
      }
      worker.process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    return worker;
  }

  private static String java(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }

  private boolean isReady() throws InterruptedException {
    try {
      return http.send(request("/ready"), BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(10))
        .build();
  }

  /** What is used of the heap now, in MiB, dead objects included. */
  double heapUsed() throws IOException, InterruptedException {
    try (Stream<String> lines = http.send(request("/metrics"), BodyHandlers.ofLines()).body()) {
      return lines
              .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
              .sum()
          / MEBI;
    }
  }

  /** The same without dead objects: after a collection. */
  double heapLive() throws IOException, InterruptedException {
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
  OptionalDouble resident() throws IOException {
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
