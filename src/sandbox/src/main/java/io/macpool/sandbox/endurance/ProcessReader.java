package io.macpool.sandbox.endurance;

import io.macpool.sandbox.endurance.Reading.Measure;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what a Java process uses: of Linux's {@code /proc}, and by the JDK's own {@code jcmd}. */
public final class ProcessReader {

  private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");
  private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)$");

  /** One for each generation or for the whole heap; a generation's spaces are told in per cent. */
  private static final Pattern HEAP_USED = Pattern.compile("total \\d+K, used (\\d+)K");

  private static final long COMMAND_SECONDS = 20;
  private static final double KB_OF_A_MB = 1024;

  private ProcessReader() {}

  /**
   * What it uses now; what can't be read is left out, and nothing is left of one that has ended.
   */
  public static Optional<Reading> read(String role, ProcessHandle process, Instant now)
      throws InterruptedException {
    Optional<Instant> started = process.info().startInstant();
    if (started.isEmpty()) {
      return Optional.empty();
    }
    Map<Measure, Double> used = new EnumMap<>(Measure.class);
    heap(process.pid()).ifPresent(mb -> used.put(Measure.HEAP_MB, mb));
    Path entry = Path.of("/proc", Long.toString(process.pid()));
    try {
      Matcher threads = THREADS.matcher(Files.readString(entry.resolve("status")));
      if (threads.find()) {
        used.put(Measure.THREADS, Double.valueOf(threads.group(1)));
      }
      try (Stream<Path> handles = Files.list(entry.resolve("fd"))) {
        used.put(Measure.HANDLES, (double) handles.count());
      }
    } catch (IOException gone) {
      // It has ended, or this is no Linux: what is not known is not told.
    }
    return used.isEmpty() || !process.isAlive()
        ? Optional.empty()
        : Optional.of(
            new Reading(
                role,
                role + "-" + process.pid() + "@" + started.get().getEpochSecond(),
                Duration.between(started.get(), now),
                used));
  }

  private static Optional<Double> heap(long pid) throws InterruptedException {
    if (!Files.isExecutable(JCMD)) {
      return Optional.empty();
    }
    try {
      jcmd(pid, "GC.run");
      return heapUsed(jcmd(pid, "GC.heap_info"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Of what {@code GC.heap_info} prints, in MB; metaspace is told in other words. */
  static Optional<Double> heapUsed(String printed) {
    double kb = 0;
    boolean found = false;
    Matcher used = HEAP_USED.matcher(printed);
    while (used.find()) {
      kb += Double.parseDouble(used.group(1));
      found = true;
    }
    return found ? Optional.of(kb / KB_OF_A_MB) : Optional.empty();
  }

  private static String jcmd(long pid, String what) throws IOException, InterruptedException {
    Path printed = Files.createTempFile("macpool-jcmd-", ".txt");
    try {
      Process running =
          new ProcessBuilder(List.of(JCMD.toString(), Long.toString(pid), what))
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(printed.toFile())
              .start();
      if (!running.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
        running.destroyForcibly();
        throw new IOException(what + " of process " + pid + " took " + COMMAND_SECONDS + " s");
      }
      if (running.exitValue() != 0) {
        throw new IOException(what + " of process " + pid + " failed");
      }
      return Files.readString(printed, StandardCharsets.UTF_8);
    } finally {
      Files.deleteIfExists(printed);
    }
  }
}
