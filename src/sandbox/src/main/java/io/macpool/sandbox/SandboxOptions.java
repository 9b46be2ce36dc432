package io.macpool.sandbox;

import io.macpool.core.GoDuration;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a person may ask of the sandbox; picocli fills it in. */
final class SandboxOptions {

  /** Reads {@link PoolPlan}. */
  static final class PoolsConverter implements ITypeConverter<PoolPlan> {
    @Override
    public PoolPlan convert(String text) {
      try {
        return PoolPlan.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Durations as everywhere else in macpool: {@code 2s}, {@code 500ms}. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return GoDuration.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  private static final int JOBS_OF_A_MOVE = 24;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description =
          "Publish N sample jobs, wait for them, and end. Without it the sandbox stays up.")
  private @Nullable Integer jobs;

  @Option(
      names = "--payload",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Publish these job payloads (JSON) too, and end when all jobs have. A payload's"
              + " sandbox.expect names the state that it should end in.")
  private List<Path> payloads = new ArrayList<>();

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "4",
      description = "Mac hosts of the simulated vCenter (default: ${DEFAULT-VALUE}).")
  int hosts;

  @Option(
      names = "--pools",
      paramLabel = "POOLS",
      converter = PoolsConverter.class,
      description =
          "Pools of hosts, instead of --hosts, such as intel=vsphere:2,arm=tart:2, or of one kind"
              + " alone; jobs go to them in turn, by the image that they name.")
  private @Nullable PoolPlan pools;

  @Option(
      names = "--migrate",
      description =
          "Play a move: vCenter's hosts are drained while jobs run, and Macs with tart take over."
              + " Without --jobs there are 24, without --pools two hosts of each kind.")
  boolean migrate;

  @Option(
      names = "--slots-per-host",
      paramLabel = "N",
      defaultValue = "2",
      description = "VMs that a host may hold (default: ${DEFAULT-VALUE}).")
  int slotsPerHost;

  @Option(
      names = "--max-jobs",
      paramLabel = "N",
      description = "The WorkerCluster's maxJobs (default: all slots).")
  private @Nullable Integer maxJobs;

  @Option(
      names = "--max-jobs-per-worker",
      paramLabel = "N",
      description = "The WorkerCluster's maxJobsPerWorker (default: a third of maxJobs).")
  private @Nullable Integer maxJobsPerWorker;

  @Option(
      names = "--clone-time",
      paramLabel = "DURATION",
      defaultValue = "400ms",
      converter = DurationConverter.class,
      description = "How long the simulated vCenter takes to clone (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  Duration cloneTime;

  @Option(
      names = "--boot-time",
      paramLabel = "DURATION",
      defaultValue = "600ms",
      converter = DurationConverter.class,
      description = "How long a guest takes to report its address (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  Duration bootTime;

  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = DurationConverter.class,
      description = "Jobs not ended by then count as lost (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  Duration deadline;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of whatever the simulators choose (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--time-scale",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "How many times faster than told the simulated vCenter does everything"
              + " (default: ${DEFAULT-VALUE}).")
  double timeScale;

  @Option(
      names = "--chaos",
      paramLabel = "PROFILE",
      defaultValue = "none",
      description =
          "What goes wrong on purpose, by the seed: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  Chaos.Profile chaos;

  @Option(
      names = "--info",
      paramLabel = "FILE",
      description = "Once all is ready, write where everything is to FILE, as JSON.")
  private @Nullable Path info;

  @Option(names = "--logs", description = "Print the services' log lines too (standard error).")
  boolean logs;

  @ArgGroup(validate = false, heading = "%nA real peer instead of a simulated one:%n")
  final RealPeers peers = new RealPeers();

  /** Peers that the user brings. */
  static final class RealPeers {

    @Option(
        names = "--amqp-uri",
        paramLabel = "URI",
        description = "RabbitMQ for jobs and results.")
    @Nullable URI amqpUri;

    @Option(
        names = "--vsphere-url",
        paramLabel = "URL",
        description = "vCenter's SDK, https://user:password@host/sdk; needs the three paths.")
    @Nullable String vsphereUrl;

    @Option(names = "--vsphere-base-path", paramLabel = "PATH", description = "Folder of base VMs.")
    @Nullable String vsphereBasePath;

    @Option(
        names = "--vsphere-vm-path",
        paramLabel = "PATH",
        description = "Folder that clones go to.")
    @Nullable String vsphereVmPath;

    @Option(
        names = "--vsphere-cluster-path",
        paramLabel = "PATH",
        description = "The compute cluster.")
    @Nullable String vsphereClusterPath;

    @Option(
        names = "--vsphere-thumbprint",
        paramLabel = "SHA256",
        description = "The certificate that vCenter shows.")
    @Nullable String vsphereThumbprint;

    @Option(
        names = "--lend-guests",
        paramLabel = "PORT",
        description =
            "Boot guests for a vCenter that has none: it asks http://127.0.0.1:PORT/ by POST and"
                + " DELETE of the machine's name, as our vcsim does with -guests.")
    @Nullable Integer lendGuests;

    @Option(
        names = "--kubeconfig",
        paramLabel = "FILE",
        description = "Kubernetes' API; the CRDs are applied to it.")
    @Nullable Path kubeconfig;

    @Option(
        names = "--database-url",
        paramLabel = "URL",
        description = "PostgreSQL for the ledger: postgres://user:password@host/database.")
    @Nullable String databaseUrl;
  }

  /** As a person would have asked for on the command line. */
  static SandboxOptions of(String... arguments) {
    SandboxOptions options = new SandboxOptions();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return options;
  }

  /** How many sample jobs to publish. */
  int sampleJobs() {
    return jobs == null ? (migrate ? JOBS_OF_A_MOVE : 0) : jobs;
  }

  List<Path> payloads() {
    return payloads;
  }

  /** Whether to end by itself once the jobs have. */
  boolean endsByItself() {
    return jobs != null || !payloads.isEmpty() || migrate;
  }

  /** VMs that all hosts may hold. */
  int slots() {
    return (vsphereHosts() + macs()) * slotsPerHost;
  }

  /** The pools that were asked for; empty: vCenter's hosts alone. */
  Optional<PoolPlan> pools() {
    return pools == null && migrate ? Optional.of(PoolPlan.ofMove()) : Optional.ofNullable(pools);
  }

  /** Hosts of the simulated vCenter. */
  int vsphereHosts() {
    return pools().map(plan -> plan.hosts(PoolPlan.Driver.VSPHERE)).orElse(hosts);
  }

  /** Macs with tart. */
  int macs() {
    return pools().map(plan -> plan.hosts(PoolPlan.Driver.TART)).orElse(0);
  }

  int maxJobs() {
    return maxJobs == null ? slots() : maxJobs;
  }

  int maxJobsPerWorker() {
    return maxJobsPerWorker == null ? Math.max(1, (maxJobs() + 2) / 3) : maxJobsPerWorker;
  }

  Optional<Path> info() {
    return Optional.ofNullable(info);
  }

  boolean breaksConnections() {
    return chaos == Chaos.Profile.NETWORK || chaos == Chaos.Profile.ALL;
  }

  /** Whether hosts need repairs, and the broker is told to see to them. */
  boolean wearsOutHosts() {
    return chaos == Chaos.Profile.HOSTS || chaos == Chaos.Profile.ALL;
  }

  boolean breaksVSphere() {
    return chaos == Chaos.Profile.VCENTER || chaos == Chaos.Profile.ALL;
  }

  /** What is wrong with the combination, for a person; empty if nothing. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    atLeast(problems, "--jobs", sampleJobs(), 0);
    atLeast(problems, "--hosts", hosts, 1);
    atLeast(problems, "--slots-per-host", slotsPerHost, 1);
    atLeast(problems, "--max-jobs", maxJobs(), 1);
    atLeast(problems, "--max-jobs-per-worker", maxJobsPerWorker(), 1);
    if (!(timeScale > 0)) {
      problems.add("--time-scale " + timeScale + ": must be greater than 0");
    }
    if (breaksConnections() && peers.amqpUri != null) {
      problems.add("--chaos network and all need the simulated AMQP broker: leave out --amqp-uri");
    }
    if ((breaksVSphere() || wearsOutHosts()) && peers.vsphereUrl != null) {
      problems.add(
          "--chaos vcenter, hosts and all need the simulated vCenter: leave out --vsphere-url");
    }
    if (wearsOutHosts() && hosts < 2) {
      problems.add("--chaos hosts and all need --hosts 2 at least: one is repaired at a time");
    }
    if (migrate && vsphereHosts() == 0) {
      problems.add("--migrate needs a pool of vsphere to move from");
    }
    if ((breaksVSphere() || wearsOutHosts()) && vsphereHosts() == 0) {
      problems.add("--chaos vcenter, hosts and all need a pool of vsphere");
    }
    if (pools().isPresent() && peers.vsphereUrl != null) {
      problems.add("--pools and --migrate need the simulated vCenter: leave out --vsphere-url");
    }
    if (migrate && macs() == 0) {
      problems.add("--migrate needs a pool of tart to move to");
    }
    if (migrate && (sampleJobs() < 4 || !payloads.isEmpty())) {
      problems.add("--migrate needs --jobs 4 at least, and takes no --payload");
    }
    if (macs() > 100) {
      problems.add("--pools: up to 100 hosts of tart");
    }
    if (hosts > 1_000) {
      problems.add("--hosts " + hosts + ": the simulator is made for up to 1000");
    }
    if (peers.vsphereUrl != null
        && (peers.vsphereBasePath == null
            || peers.vsphereVmPath == null
            || peers.vsphereClusterPath == null)) {
      problems.add(
          "--vsphere-url needs --vsphere-base-path, --vsphere-vm-path and"
              + " --vsphere-cluster-path");
    }
    return problems;
  }

  private static void atLeast(List<String> problems, String option, int value, int least) {
    if (value < least) {
      problems.add(option + " " + value + ": must be at least " + least);
    }
  }
}
