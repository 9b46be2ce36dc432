package io.macpool.sandbox;

import io.macpool.sim.amqp.RabbitMqCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What a person may ask of a soak; picocli fills it in. */
final class SoakOptions {

  @Option(
      names = "--minutes",
      paramLabel = "N",
      required = true,
      description = "How long to publish jobs; draining comes on top. Half minutes will do: 0.5.")
  double minutes;

  @Option(
      names = "--chaos",
      description =
          "Let things go wrong all the time: vCenter and AMQP broker away, nodes of it lost, its"
              + " queue deleted, logs refused, hosts lost, connections cut, workers, broker and"
              + " operator killed; a consumer_timeout of 20 s.")
  boolean chaos;

  @Option(
      names = "--mishaps",
      paramLabel = "KIND",
      split = ",",
      description =
          "With --chaos: these kinds alone (default: all). Kinds: ${COMPLETION-CANDIDATES}.")
  private List<Mishap.Kind> mishaps = List.of(Mishap.Kind.values());

  @Option(
      names = "--rabbitmq",
      description = "Two nodes of the RabbitMQ that is installed, not the simulated job broker.")
  boolean rabbitMq;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What goes wrong, when, and to whom follows from it (default: by chance).")
  private Long seed;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "4",
      description = "Mac hosts of the simulated vCenter (default: ${DEFAULT-VALUE}).")
  int hosts;

  @Option(
      names = "--logs",
      paramLabel = "DIRECTORY",
      description =
          "Keep the services' logs there (default: a temporary one, kept if the soak fails).")
  Path logs;

  /** The seed, one by chance if none was given; the same at each call. */
  long seed() {
    if (seed == null) {
      seed = (long) new Random().nextInt(1_000_000);
    }
    return seed;
  }

  /** What may go wrong. */
  Set<Mishap.Kind> mishaps() {
    return EnumSet.copyOf(mishaps);
  }

  Duration feeding() {
    return Duration.ofMillis((long) (minutes * 60_000));
  }

  /** The command that does the same again. */
  String replay() {
    return "src/benchmarks/soak --minutes "
        + (minutes == Math.rint(minutes) ? Long.toString((long) minutes) : Double.toString(minutes))
        + (chaos ? " --chaos" : "")
        + (mishaps().size() == Mishap.Kind.values().length
            ? ""
            : " --mishaps " + mishaps().stream().map(Enum::name).collect(Collectors.joining(",")))
        + (rabbitMq ? " --rabbitmq" : "")
        + (hosts == 4 ? "" : " --hosts " + hosts)
        + " --seed "
        + seed();
  }

  /** What can't be used, for a person; empty if nothing. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!(minutes > 0 && minutes <= 10_080)) {
      problems.add("--minutes " + minutes + ": must be more than 0, and a week at most");
    }
    if (hosts < 1 || hosts > 100) {
      problems.add("--hosts " + hosts + ": must be from 1 to 100");
    }
    if (rabbitMq && !RabbitMqCluster.isInstalled()) {
      problems.add("--rabbitmq: no RabbitMQ is installed here: .ci/peers/install rabbitmq");
    }
    return problems;
  }
}
