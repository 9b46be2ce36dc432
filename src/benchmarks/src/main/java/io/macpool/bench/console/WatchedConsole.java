package io.macpool.bench.console;

import io.macpool.bench.ServiceProcess;
import io.macpool.console.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** A console as in production, with a heap of 128 MiB, before a {@link ChangingPool}. */
final class WatchedConsole implements AutoCloseable {

  static final int HEAP_MEBIBYTES = 128;
  static final String TOKEN = "the-token-of-viewers";

  private final Path folder;
  private final ServiceProcess process;
  private final int port;

  private WatchedConsole(Path folder, ServiceProcess process, int port) {
    this.folder = folder;
    this.process = process;
    this.port = port;
  }

  static WatchedConsole start(ChangingPool pool) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("console");
    int port = ServiceProcess.freePort();
    int admin = ServiceProcess.freePort();
    ServiceProcess process =
        ServiceProcess.start(
            Main.class.getName(),
            HEAP_MEBIBYTES,
            Map.of(
                "MACPOOL_CONSOLE_ADDR",
                "127.0.0.1:" + port,
                "MACPOOL_CONSOLE_ADMIN_ADDR",
                "127.0.0.1:" + admin,
                "MACPOOL_CONSOLE_BROKER_URL",
                "http://reader@127.0.0.1:" + pool.port(),
                "MACPOOL_CONSOLE_TOKEN",
                TOKEN,
                "MACPOOL_CONSOLE_HISTORY_FILE",
                folder.resolve("history").toString()),
            admin,
            folder.resolve("log"));
    WatchedConsole console = new WatchedConsole(folder, process, port);
    process.awaitReady("/health/ready");
    return console;
  }

  int port() {
    return port;
  }

  ServiceProcess process() {
    return process;
  }

  @Override
  public void close() throws IOException {
    process.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
