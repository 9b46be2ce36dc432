package io.macpool.bench.cli;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** {@code macpool run} from its start to its end, against what could not be saved. */
public final class CliBenchmark implements Benchmark {

  private static final int RUNS = 10;
  private static final int STREAMS = 5;
  private static final int MEBIBYTES = 128;
  private static final int BUFFER = 256 << 10;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration ARCHIVE = Duration.ofSeconds(20);
  private static final String IMAGE = "bench";
  private static final String LEAST = "the broker's hand-over and a bare ssh";

  @Override
  public String name() {
    return "cli.run";
  }

  @Override
  public String about() {
    return "macpool run from its start to its end, JVM included";
  }

  @Override
  public void run(Report report) throws Exception {
    Path directory = Files.createTempDirectory("cli-bench");
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    try (GuestFleet guests =
            GuestFleet.start(
                GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.91.0.1"));
        BrokerSimulator broker = BrokerSimulator.start(2, guests)) {
      broker.knowLeases();
      BrokerClient client =
          new BrokerClient(
              BrokerEndpoint.parse(broker.endpoint().toString()),
              new RetryPolicy(Duration.ofSeconds(10), Duration.ofMillis(250), PATIENCE),
              threads,
              threads);
      measure(report, new Commands(guests, broker, client));
    } finally {
      threads.shutdownNow();
      delete(directory);
    }
  }

  private static void measure(Report report, Commands commands) throws Exception {
    commands.macpool("--version"); // builds it if need be
    commands.macpoolRun("true");
    commands.awaitArchive();
    Samples start = new Samples();
    Samples whole = new Samples();
    Samples least = new Samples();
    for (int i = 0; i < RUNS; i++) {
      start.add(took(() -> commands.macpool("--version")));
      whole.add(took(() -> commands.macpoolRun("true")));
      least.add(took(() -> commands.bare("true")));
    }
    report.add(Measurement.of("cli.start", start.millis(50), "ms"));
    report.add(
        Measurement.of("cli.run.true", whole.millis(50), "ms")
            .against(LEAST, least.millis(50))
            .atMostTimes(1.3));
    String output = "head -c " + (MEBIBYTES << 20) + " /dev/zero";
    Samples ours = new Samples();
    Samples bare = new Samples();
    for (int i = 0; i < STREAMS; i++) {
      bare.add(commands.bare(output));
      ours.add(commands.macpoolRun(output));
    }
    report.add(
        Measurement.of("cli.run.output", rate(ours), "MiB/s")
            .against("a bare ssh", rate(bare))
            .atLeastTimes(0.9));
  }

  private static double rate(Samples streams) {
    return MEBIBYTES / (streams.millis(50) / 1e3);
  }

  private interface Step {
    void take() throws Exception;
  }

  private static long took(Step step) throws Exception {
    long began = System.nanoTime();
    step.take();
    return System.nanoTime() - began;
  }

  /** The processes that are compared. */
  private record Commands(GuestFleet guests, BrokerSimulator broker, BrokerClient client) {

    long macpoolRun(String command) throws IOException, InterruptedException {
      return macpool("run", IMAGE, "--", "sh", "-c", command);
    }

    long macpool(String... words) throws IOException, InterruptedException {
      List<String> line = new ArrayList<>(List.of(script().toString()));
      line.addAll(List.of(words));
      ProcessBuilder builder = new ProcessBuilder(line);
      builder.environment().put("MACPOOL_URL", broker.endpoint().toString());
      builder.environment().put("MACPOOL_SSH_KEY", guests.privateKeyFile().toString());
      builder.environment().put("MACPOOL_SSH_PORT", Integer.toString(guests.sshPort()));
      return await(builder);
    }

    /** The least that anybody could do: an instance, one connection, its end. */
    long bare(String command) throws IOException, InterruptedException {
      String key = UUID.randomUUID().toString();
      Instance made = client.create(NewInstance.of(IMAGE, null, null), key).join();
      Optional<String> address = made.ipv4();
      while (address.isEmpty()) {
        address = client.find(made.id()).join().orElseThrow().ipv4();
      }
      long streamed =
          await(
              new ProcessBuilder(
                  "ssh",
                  "-p",
                  Integer.toString(guests.sshPort()),
                  "-i",
                  guests.privateKeyFile().toString(),
                  "-o",
                  "IdentitiesOnly=yes",
                  "-o",
                  "BatchMode=yes",
                  "-o",
                  "StrictHostKeyChecking=no",
                  "-o",
                  "UserKnownHostsFile=/dev/null",
                  "-o",
                  "LogLevel=ERROR",
                  GuestFleet.USER + "@" + address.get(),
                  command));
      client.delete(made.id()).join();
      return streamed;
    }

    /** The first start leaves a cache of classes for the later ones, of a kind that its JVM can. */
    void awaitArchive() throws IOException, InterruptedException {
      Path target = script().resolveSibling("target");
      List<Path> kinds = List.of(target.resolve("cli.jsa"), target.resolve("cli.aot"));
      long deadline = System.nanoTime() + ARCHIVE.toNanos();
      try (WatchService files = target.getFileSystem().newWatchService()) {
        WatchKey news = target.register(files, StandardWatchEventKinds.ENTRY_CREATE);
        long left = ARCHIVE.toNanos();
        while (kinds.stream().noneMatch(Files::exists) && left > 0) {
          boolean heard = files.poll(left, TimeUnit.NANOSECONDS) != null;
          if (heard) {
            news.pollEvents();
            news.reset();
          }
          left = deadline - System.nanoTime();
        }
      }
    }

    /** Beside this module, from whose folder benchmarks are run. */
    private static Path script() {
      Path code =
          Path.of(CliBenchmark.class.getProtectionDomain().getCodeSource().getLocation().getPath());
      return code.getParent().getParent().resolveSibling("cli").resolve("macpool");
    }

    /** Waits for its end; says how long its output took, from the first byte to the last. */
    private static long await(ProcessBuilder builder) throws IOException, InterruptedException {
      Process process =
          builder
              .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
              .redirectError(Redirect.DISCARD)
              .start();
      try {
        InputStream output = process.getInputStream();
        byte[] buffer = new byte[BUFFER];
        int size = output.read(buffer);
        long began = System.nanoTime();
        while (size >= 0) {
          size = output.read(buffer);
        }
        long streamed = System.nanoTime() - began;
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
          throw new IOException(builder.command().get(0) + " failed");
        }
        return streamed;
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    // The fleet has taken its own with it.
    Files.deleteIfExists(directory.resolve("guests"));
    Files.deleteIfExists(directory);
  }
}
