package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.brokersoak.FaultPlan.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a person may ask of the fault finder; picocli fills it in. */
final class BrokerSoakOptions {

  private static final String ALL = "all";
  private static final String NONE = "none";

  @Option(
      names = "--minutes",
      paramLabel = "N",
      required = true,
      description = "How long clients work; clearing up comes on top. Half minutes will do: 0.5.")
  double minutes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What goes wrong, when, and what clients do follow from it (default: chance).")
  private @Nullable Long seed;

  @Option(
      names = "--mishaps",
      paramLabel = "KIND",
      split = ",",
      description =
          "What goes wrong: all, none, or some of vcenter-away, watch-silent, host-refuses,"
              + " host-disconnected, host-crashed, host-in-maintenance, replica-killed,"
              + " database-stopped, database-failed-over, folder-changed, renamed,"
              + " left-inventory, calls-fail, clocks-apart (default: all).")
  private List<String> mishaps = new ArrayList<>(List.of(ALL));

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "60",
      description = "Clients that create, use and delete (default: ${DEFAULT-VALUE}).")
  int clients;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "12",
      description = "Mac hosts of the simulated vCenter (default: ${DEFAULT-VALUE}).")
  int hosts;

  @Option(
      names = "--logs",
      paramLabel = "DIRECTORY",
      description =
          "Keep the brokers' and the databases' logs there (default: a temporary one, kept if a"
              + " promise was broken).")
  @Nullable Path logs;

  /** The seed, one by chance if none was given; the same at each call. */
  long seed() {
    if (seed == null) {
      seed = (long) new Random().nextInt(1_000_000);
    }
    return seed;
  }

  Duration length() {
    return Duration.ofMillis((long) (minutes * 60_000));
  }

  Set<Kind> kinds() {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (String word : mishaps) {
      if (word.equals(ALL)) {
        kinds.addAll(EnumSet.allOf(Kind.class));
      } else {
        named(word).ifPresent(kinds::add);
      }
    }
    return kinds;
  }

  private static Optional<Kind> named(String word) {
    return Arrays.stream(Kind.values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  /** The command that does the same again. */
  String replay() {
    return "src/benchmarks/broker-soak --minutes "
        + (minutes == Math.rint(minutes) ? Long.toString((long) minutes) : Double.toString(minutes))
        + (mishaps.equals(List.of(ALL)) ? "" : " --mishaps " + String.join(",", mishaps))
        + (clients == 60 ? "" : " --clients " + clients)
        + (hosts == 12 ? "" : " --hosts " + hosts)
        + " --seed "
        + seed();
  }

  /** What can't be used, for a person; empty if nothing. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!(minutes > 0 && minutes <= 1_440)) {
      problems.add("--minutes " + minutes + ": must be more than 0, and a day at most");
    }
    if (hosts < 2 || hosts > 200) {
      problems.add("--hosts " + hosts + ": must be from 2 to 200");
    }
    if (clients < 1 || clients > 500) {
      problems.add("--clients " + clients + ": must be from 1 to 500");
    }
    for (String word : mishaps) {
      if (!word.equals(ALL) && !word.equals(NONE) && named(word).isEmpty()) {
        problems.add(
            "--mishaps "
                + word
                + ": must be all, none, or some of "
                + Arrays.stream(Kind.values()).map(Kind::word).collect(Collectors.joining(", ")));
      }
    }
    return problems;
  }
}
