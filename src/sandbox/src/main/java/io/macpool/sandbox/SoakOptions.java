package io.macpool.sandbox;

import io.macpool.sandbox.brokersoak.PostgresServer;
import io.macpool.sim.amqp.RabbitMqCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a person may ask of a soak; picocli fills it in. */
final class SoakOptions {

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "How long to publish jobs; draining comes on top. Half minutes will do: 0.5.")
  private @Nullable Double minutes;

  @Option(
      names = "--hours",
      paramLabel = "N",
      description =
          "Instead of --minutes, with --state: how long in all, in parts that add up. The processes"
              + " are asked what they use, and it is judged whether any of it grows.")
  private @Nullable Double hours;

  @Option(
      names = "--state",
      paramLabel = "DIRECTORY",
      description =
          "Where the parts of a soak of hours keep counts, readings, database and logs. The same"
              + " command goes on where the last part ended. An empty file 'stop' there ends a part"
              + " in good order; one that is killed does not count.")
  private @Nullable Path state;

  @Option(
      names = "--part",
      paramLabel = "MINUTES",
      description = "With --hours: how long this part publishes jobs (default: what is left).")
  private @Nullable Double part;

  @Option(
      names = "--chaos",
      description =
          "Let things go wrong all the time: vCenter and AMQP broker away, nodes of it lost, its"
              + " queue deleted, logs refused, hosts and Macs lost, connections cut, workers,"
              + " broker and operator killed; a consumer_timeout of 20 s.")
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
      names = "--postgresql",
      description =
          "Two brokers on the PostgreSQL that is installed, which crashes too, not one on H2.")
  boolean postgresql;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What goes wrong, when, and to whom follows from it (default: by chance).")
  private @Nullable Long seed;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "4",
      description = "Mac hosts of the simulated vCenter (default: ${DEFAULT-VALUE}).")
  private int hosts;

  @Option(
      names = "--pools",
      paramLabel = "POOLS",
      converter = SandboxOptions.PoolsConverter.class,
      description =
          "Pools of hosts of both kinds, instead of --hosts, such as intel=vsphere:2,arm=tart:2;"
              + " jobs go to them in turn, and with --chaos Macs with tart fail, too.")
  private @Nullable PoolPlan pools;

  @Option(
      names = "--logs",
      paramLabel = "DIRECTORY",
      description =
          "Keep the services' logs there (default: a temporary one, kept if the soak fails).")
  @Nullable Path logs;

  /** The seed, one by chance if none was given; the same at each call. */
  long seed() {
    if (seed == null) {
      seed = (long) new Random().nextInt(1_000_000);
    }
    return seed;
  }

  /** The pools that were asked for; empty: vCenter's hosts alone. */
  Optional<PoolPlan> pools() {
    return Optional.ofNullable(pools);
  }

  /** Hosts of all kinds. */
  int hosts() {
    return pools == null
        ? hosts
        : pools.hosts(PoolPlan.Driver.VSPHERE) + pools.hosts(PoolPlan.Driver.TART);
  }

  /** The same for the sandbox's own options. */
  String hostsOption() {
    return pools == null ? "--hosts=" + hosts : "--pools=" + pools.text();
  }

  /** What may go wrong. */
  Set<Mishap.Kind> mishaps() {
    return EnumSet.copyOf(mishaps);
  }

  /** Whether it is a soak of parts. */
  boolean inParts() {
    return hours != null;
  }

  /** How long jobs are published: in all. */
  Duration feeding() {
    return hours != null ? ofMinutes(hours * 60) : ofMinutes(inOneGo());
  }

  private double inOneGo() {
    return Objects.requireNonNull(minutes, "either hours or minutes are given");
  }

  /** Where parts are kept. */
  Path directoryOfParts() {
    return Objects.requireNonNull(state, "parts have a directory");
  }

  /** How long this part may publish jobs. */
  Duration feedingOfPart(Duration left) {
    Duration wanted = part == null ? left : ofMinutes(part);
    return wanted.compareTo(left) < 0 ? wanted : left;
  }

  private static Duration ofMinutes(double minutes) {
    return Duration.ofMillis((long) (minutes * 60_000));
  }

  /** What the parts of a soak must have in common. */
  String terms() {
    return "--hours " + number(feeding().toMillis() / 3_600_000.0) + common();
  }

  /** The command that does the same again. */
  String replay() {
    return "src/benchmarks/soak "
        + (inParts()
            ? terms() + " --state " + state + (part == null ? "" : " --part " + number(part))
            : "--minutes " + number(inOneGo()) + common());
  }

  private String common() {
    return (chaos ? " --chaos" : "")
        + (mishaps().size() == Mishap.Kind.values().length
            ? ""
            : " --mishaps " + mishaps().stream().map(Enum::name).collect(Collectors.joining(",")))
        + (rabbitMq ? " --rabbitmq" : "")
        + (postgresql ? " --postgresql" : "")
        + (pools == null && hosts == 4 ? "" : " " + hostsOption().replaceFirst("=", " "))
        + " --seed "
        + seed();
  }

  private static String number(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  /** What can't be used, for a person; empty if nothing. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if ((minutes == null) == (hours == null)) {
      problems.add("say how long: either --minutes N, or --hours N with --state DIRECTORY");
    }
    lengthProblem("--minutes", minutes, 10_080).ifPresent(problems::add);
    lengthProblem("--hours", hours, 168).ifPresent(problems::add);
    lengthProblem("--part", part, 10_080).ifPresent(problems::add);
    if (inParts() != (state != null)) {
      problems.add("--hours and --state go together: a soak of parts needs a place to keep them");
    }
    if (inParts() && seed == null) {
      problems.add("--hours: give a --seed, so that each part can be told to go on with the same");
    }
    if (part != null && !inParts()) {
      problems.add("--part: only with --hours");
    }
    if (hosts() < 1 || hosts() > 100) {
      problems.add("--hosts " + hosts() + ": must be from 1 to 100");
    }
    if (pools != null && pools.hosts(PoolPlan.Driver.VSPHERE) == 0) {
      problems.add("--pools: one of them must be of vsphere, whose hosts fail here, too");
    }
    if (rabbitMq && !RabbitMqCluster.isInstalled()) {
      problems.add("--rabbitmq: no RabbitMQ is installed here: .ci/peers/install rabbitmq");
    }
    if (postgresql && !PostgresServer.isInstalled()) {
      problems.add("--postgresql: none is installed here: .ci/peers/install postgresql");
    }
    return problems;
  }

  private static Optional<String> lengthProblem(String name, @Nullable Double length, double most) {
    return length == null || (length > 0 && length <= most)
        ? Optional.empty()
        : Optional.of(name + " " + length + ": must be more than 0, and a week at most");
  }
}
