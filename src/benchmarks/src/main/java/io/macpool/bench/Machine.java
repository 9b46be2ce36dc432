package io.macpool.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a run took place: a figure without it says little.
 *
 * @param load runnable threads on average over the last minute before the run; negative if the
 *     system does not tell
 */
record Machine(String processor, int cores, long memoryMb, String java, double load) {

  static Machine here() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    long memory =
        system instanceof com.sun.management.OperatingSystemMXBean known
            ? known.getTotalMemorySize() >> 20
            : 0;
    return new Machine(
        processorName().orElse(System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        memory,
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        system.getSystemLoadAverage());
  }

  private static Optional<String> processorName() {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return Optional.empty();
    }
    try {
      return Files.readAllLines(info).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // the architecture will do
    }
  }

  /** Whether others use so much of it that figures suffer. */
  boolean isBusy() {
    return load > cores * 0.5;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d cores of %s, %,d MiB, %s, load %.1f before the run",
        cores,
        processor,
        memoryMb,
        java,
        load);
  }
}
