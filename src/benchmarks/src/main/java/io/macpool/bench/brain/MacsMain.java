package io.macpool.bench.brain;

import io.macpool.brain.tart.HostsFile;
import io.macpool.brain.tart.TartHypervisor;
import io.macpool.brain.tart.TartOptions;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Inventory;
import io.macpool.service.Logs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The broker's part that looks at Macs, alone; asked anything, it tells how much it has seen. */
public final class MacsMain {

  /** What it looks after. */
  static final String LEDGER = "bench";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private MacsMain() {}

  /** Takes the folder of the hosts file, key and known hosts from the environment. */
  public static void main(String[] arguments) throws IOException {
    Logs.silence();
    Path folder = Path.of(System.getenv("MACS_FOLDER"));
    TartOptions options =
        new TartOptions(
            folder.resolve("hosts.yaml"),
            folder.resolve("key"),
            folder.resolve("known_hosts"),
            Duration.ofSeconds(5), // as by default
            LIMIT,
            LIMIT,
            LIMIT,
            LIMIT,
            Optional.empty(),
            22,
            Set.of());
    HostsFile file = HostsFile.parse(Files.readString(options.hosts()));
    Vertx vertx = Vertx.vertx();
    AtomicInteger told = new AtomicInteger();
    try (TartHypervisor macs =
            TartHypervisor.start(
                vertx, options, file, new SimpleMeterRegistry(), Clock.systemUTC());
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      macs.identify(Identities.of(LEDGER, List.of()));
      macs.onChange(inventory -> told.incrementAndGet());
      System.out.println(file.macs().size());
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Inventory seen = macs.lastKnown();
        long answer =
            switch (line) {
              case "machines" -> seen.machines().size();
              case "told" -> told.get();
              default -> macs.sighting().toOptional().map(s -> s.confirmation()).orElse(0L);
            };
        System.out.println(answer);
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
