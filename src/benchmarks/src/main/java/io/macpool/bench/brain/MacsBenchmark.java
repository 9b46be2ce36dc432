package io.macpool.bench.brain;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.ssh.GuestProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/**
 * What looking at a hundred Macs costs the broker, each with two guests, while nothing changes but
 * what is free of their disks. The Macs are SSH servers that answer from memory, so that their own
 * processes don't take the processor. Only by BENCHMARK_MACS, as code that is still being compiled
 * would cost several times what it does.
 */
public final class MacsBenchmark implements Benchmark {

  private static final int MACS = 100;
  private static final Duration WARM_UP = Duration.ofMinutes(3);
  private static final Duration WINDOW = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** As the broker's script has a Mac answer; of its name are made those of its two VMs. */
  private static final String ANSWER =
      """
      boot { sec = 1767225600, usec = 123 } Thu Jan  1 00:00:00 2026
      now %2$d
      arch arm64
      build 25A354
      disk /dev/disk3s5 488000000 244000000 %3$d 50%% /
      dial 0
      ps 501 /opt/homebrew/bin/tart run %1$s-a --no-graphics --net-bridged=en0
      ps 502 /opt/homebrew/bin/tart run %1$s-b --no-graphics --net-bridged=en0
      mark %1$s-a bench %1$s-a 1767225700 -
      ip %1$s-a %4$s
      mark %1$s-b bench %1$s-b 1767225800 -
      ip %1$s-b %5$s
      list
      [{"Source":"local","Name":"golden-xcode","Disk":80,"Size":45,"Running":false,"State":"stopped","Accessed":"2026-01-01T00:00:00Z"},
       {"Source":"local","Name":"golden-base","Disk":50,"Size":25,"Running":false,"State":"stopped","Accessed":"2026-01-01T00:00:00Z"},
       {"Source":"local","Name":"%1$s-a","Disk":80,"Size":46,"Running":true,"State":"running","Accessed":"2026-01-01T00:00:00Z"},
       {"Source":"local","Name":"%1$s-b","Disk":80,"Size":46,"Running":true,"State":"running","Accessed":"2026-01-01T00:00:00Z"}]
      end 0
      """;

  private final AtomicLong answers = new AtomicLong();

  @Override
  public String name() {
    return "broker.macs";
  }

  @Override
  public String about() {
    return "the processor time of looks at " + MACS + " Macs with tart and their 200 guests";
  }

  @Override
  public void run(Report report) throws Exception {
    if (System.getenv("BENCHMARK_MACS") == null) {
      report.progress("not measured: it takes five minutes, set BENCHMARK_MACS to anything");
      return;
    }
    Path folder = Files.createTempDirectory("macs");
    GuestFleetOptions options =
        GuestFleetOptions.in(folder.resolve("homes")).withProgram(new Looked());
    try (GuestFleet macs = GuestFleet.start(options);
        ChildProcess child = start(macs, folder)) {
      await(child, "machines", 2 * MACS);
      report.progress("all are seen; the code is compiled for " + WARM_UP.toSeconds() + " s");
      TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
      long rounds = child.ask("rounds");
      long told = child.ask("told");
      Duration cpu = child.cpu();
      TimeUnit.NANOSECONDS.sleep(WINDOW.toNanos());
      Duration used = child.cpu().minus(cpu);
      long looks = child.ask("rounds") - rounds;
      double minutes = WINDOW.toMillis() / 60_000.0;
      report.add(
          Measurement.of("broker.macs.cpu", used.toMillis() / 1000.0 / minutes, "s/min").atMost(1));
      report.add(Measurement.of("broker.macs.rounds", looks / minutes, "per min"));
      report.add(
          Measurement.of("broker.macs.changes", (child.ask("told") - told) / minutes, "per min"));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(MacsBenchmark::delete);
      }
    }
  }

  private static void delete(Path file) {
    if (!file.toFile().delete()) {
      file.toFile().deleteOnExit();
    }
  }

  private static void await(ChildProcess child, String what, long expected) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (child.ask(what) != expected) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(what + " are not " + expected + " within " + PATIENCE);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private static ChildProcess start(GuestFleet macs, Path folder) throws Exception {
    StringBuilder hosts =
        new StringBuilder("images: {xcode: golden-xcode, base: golden-base}\nhosts:\n");
    StringBuilder known = new StringBuilder();
    for (int i = 1; i <= MACS; i++) {
      String address = macs.boot("mac-" + i);
      hosts.append(
          "  - {name: mac-%d, address: %s, port: %d, user: %s, bridge: en0}%n"
              .formatted(i, address, macs.sshPort(), GuestFleet.USER));
      known.append(
          "[%s]:%d %s%n"
              .formatted(address, macs.sshPort(), PublicKeyEntry.toString(macs.hostKey())));
    }
    Files.writeString(folder.resolve("hosts.yaml"), hosts);
    Files.writeString(folder.resolve("known_hosts"), known);
    Files.copy(macs.privateKeyFile(), folder.resolve("key"), StandardCopyOption.COPY_ATTRIBUTES);
    return ChildProcess.start(
        MacsMain.class,
        System.getProperty("java.class.path"),
        // The simulators' class path has a library of slow ciphers that a broker's has not.
        List.of("-XX:+UseSerialGC", "-Dorg.apache.sshd.security.provider.BC.enabled=false"),
        Map.of("MACS_FOLDER", folder.toString()));
  }

  /** Answers each line that it reads, as the broker's script does. */
  private final class Looked implements GuestProgram {

    @Override
    public int run(String command, Path home, OutputStream out) {
      throw new IllegalStateException("it is always talked to");
    }

    @Override
    public int run(String command, Path home, InputStream in, OutputStream out, OutputStream err)
        throws IOException {
      BufferedReader questions =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = questions.readLine(); line != null; line = questions.readLine()) {
        String text = answer(home.getFileName().toString()) + "answer " + line + "\n";
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
      return 0;
    }
  }

  private String answer(String name) {
    long number = Long.parseLong(name.substring(name.lastIndexOf('-') + 1));
    return ANSWER.formatted(
        name,
        System.currentTimeMillis() / 1000,
        244_000_000 - 64 * answers.incrementAndGet(),
        "10.1.%d.%d".formatted(number / 100, 2 * (number % 100)),
        "10.1.%d.%d".formatted(number / 100, 2 * (number % 100) + 1));
  }
}
