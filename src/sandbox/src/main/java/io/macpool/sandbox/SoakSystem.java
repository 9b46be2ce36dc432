package io.macpool.sandbox;

import io.macpool.sandbox.brokersoak.PostgresServer;
import io.macpool.service.Resources;
import io.macpool.sim.net.TcpGate;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.PeakUsage;
import io.macpool.sim.vcenter.VCenterSimulator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The whole system for a soak: simulated peers in this JVM, but for RabbitMQ if it was asked for,
 * and each service a process of its own.
 */
final class SoakSystem implements AutoCloseable {

  private static final int SLOTS_PER_HOST = 2;

  /** The simulated vCenter's only one. */
  private static final String DATASTORE = "datastore1";

  /** With chaos, starts fail often; a job errored for that would look like a false result. */
  private static final Map<String, String> WORKER_ENVIRONMENT =
      Map.of("TRAVIS_WORKER_MAX_START_FAILURES", "1000", "TRAVIS_WORKER_LOG_FORMAT", "plain");

  /** Shorter than a job of the samples: each of these loses its message while it runs. */
  private static final Duration CONSUMER_TIMEOUT = Duration.ofSeconds(20);

  private final Resources resources;
  private final int hosts;
  private final ProcessPods pods;
  private final Peers peers;
  private final JobBroker jobs;
  private final List<SupervisedService> brains = new ArrayList<>();
  private final Optional<PostgresServer> database;
  private final Path authorities;
  private final SupervisedService operator;

  private SoakSystem(Resources resources, SoakOptions options, long seed, Path logs)
      throws IOException, InterruptedException {
    this.resources = resources;
    hosts = options.hosts();
    Path directory = resources.own("files", TemporaryDirectory.create()).path();
    List<String> arguments =
        new ArrayList<>(
            List.of(options.hostsOption(), "--slots-per-host=" + SLOTS_PER_HOST, "--seed=" + seed));
    Optional<RabbitMqJobBroker> real = Optional.empty();
    if (options.rabbitMq) {
      real = Optional.of(resources.own("RabbitMQ", RabbitMqJobBroker.start(Wiring.QUEUE)));
      arguments.add("--amqp-uri=" + real.get().uri());
    }
    SandboxOptions sandbox = SandboxOptions.of(arguments.toArray(new String[0]));
    pods = resources.own("workers", new ProcessPods(WORKER_ENVIRONMENT, logs));
    peers = resources.own("peers", Peers.start(sandbox, directory, pods));
    jobs = real.isPresent() ? real.get() : new SimulatedJobBroker(peers.amqp().orElseThrow());
    if (options.chaos) {
      Chaos.befall(vcenter().faults());
      jobs.setConsumerTimeout(CONSUMER_TIMEOUT);
    }
    CustomResources.apply(peers.cluster());
    Wiring wiring = new Wiring(sandbox, peers);
    database =
        options.postgresql
            ? Optional.of(resources.own("PostgreSQL", database(options, directory, logs)))
            : Optional.empty();
    authorities = directory.resolve("authorities.pem");
    Files.writeString(authorities, vcenter().certificatePem());
    List<Integer> ports = new ArrayList<>();
    for (int i = 1; i <= (options.postgresql ? 2 : 1); i++) {
      int port = freePort();
      ports.add(port);
      Map<String, String> forBrain = wiring.brainEnvironment();
      forBrain.put("JUPITER_BRAIN_ADDR", "127.0.0.1:" + port);
      forBrain.put("JUPITER_BRAIN_LOG_FORMAT", "plain");
      database.ifPresentOrElse(
          postgres -> forBrain.put("DATABASE_URL", postgres.url()),
          () -> forBrain.put("JUPITER_BRAIN_LEDGER_FILE", directory.resolve("ledger").toString()));
      forBrain.remove("JUPITER_BRAIN_VSPHERE_THUMBPRINT");
      forBrain.put("JUPITER_BRAIN_VSPHERE_CA_FILE", authorities.toString());
      String name = "jupiter-brain" + (i == 1 ? "" : "-" + i);
      brains.add(supervised(name, io.macpool.brain.Main.class, forBrain, logs));
    }
    TcpGate service = resources.own("service", TcpGate.openBefore("127.0.0.1", ports));
    Map<String, String> forOperator = wiring.operatorEnvironment();
    forOperator.put("WORKER_OPERATOR_LOG_FORMAT", "plain");
    operator = supervised("worker-operator", io.macpool.operator.Main.class, forOperator, logs);
    peers.cluster().apply(wiring.sshSecret().toString());
    peers.cluster().apply(wiring.hardwarePool().toString());
    peers.cluster().apply(wiring.workerCluster("http://127.0.0.1:" + service.port()).toString());
  }

  /**
   * Starts everything; when it throws, nothing is left running.
   *
   * @param logs the directory of the services' output, a file each
   */
  static SoakSystem start(SoakOptions options, long seed, Path logs)
      throws IOException, InterruptedException {
    Resources resources = new Resources();
    try {
      return new SoakSystem(resources, options, seed, logs);
    } catch (IOException | InterruptedException | RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /** Its data outlive this process if the soak's parts are to. */
  private static PostgresServer database(SoakOptions options, Path directory, Path logs)
      throws IOException, InterruptedException {
    Path data = (options.inParts() ? options.directoryOfParts() : directory).resolve("postgresql");
    return PostgresServer.open(data.toAbsolutePath(), logs.resolve("postgresql.log"));
  }

  private SupervisedService supervised(
      String name, Class<?> main, Map<String, String> environment, Path logs) {
    return resources.own(
        name,
        SupervisedService.start(
            name, () -> ServiceProcess.start(main, environment, logs.resolve(name + ".log"))));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Where the scheduler connects: past the outages that the services have to live with. */
  URI steadyAmqpUri() {
    return jobs.steadyUri();
  }

  private VCenterSimulator vcenter() {
    return peers.vcenter().orElseThrow();
  }

  /** The VMs that were made and are still there, in words. */
  List<String> machines() {
    List<String> there = new ArrayList<>();
    vcenter().clones().forEach(machine -> there.add(describe(machine)));
    for (MacSimulator mac : peers.macs()) {
      Set<String> running = mac.runningVms();
      for (String vm : mac.localVms()) {
        if (!vm.startsWith(MacFleet.GOLDEN)) {
          there.add(vm + " on " + mac.name() + (running.contains(vm) ? "" : ", switched off"));
        }
      }
    }
    return there;
  }

  private static String describe(MachineView machine) {
    return machine.name()
        + " on "
        + machine.host()
        + (machine.poweredOn() ? "" : ", switched off")
        + (machine.unfinished() ? ", its clone unfinished" : "");
  }

  /** How many VMs the hardware may hold, and so how many jobs may run. */
  int slots() {
    return SLOTS_PER_HOST * hosts;
  }

  /** All that can be done to it; what needs the scheduler's help is told to it. */
  Map<Mishap.Kind, Chaos.Deed> deeds(Scheduler scheduler) {
    Map<Mishap.Kind, Chaos.Deed> deeds = new EnumMap<>(Mishap.Kind.class);
    deeds.put(Mishap.Kind.VCENTER_AWAY, FaultInjection.vcenterAway(vcenter()));
    deeds.put(Mishap.Kind.HOST_CRASHED, FaultInjection.hostCrashed(vcenter()));
    deeds.put(Mishap.Kind.HOST_DISCONNECTED, FaultInjection.hostDisconnected(vcenter()));
    deeds.put(Mishap.Kind.HOST_REFUSES, FaultInjection.hostRefuses(vcenter()));
    deeds.put(Mishap.Kind.DATASTORE_FULL, FaultInjection.datastoreFull(vcenter(), DATASTORE));
    deeds.put(Mishap.Kind.QUESTION_ASKED, FaultInjection.questionAsked(vcenter(), DATASTORE));
    deeds.put(
        Mishap.Kind.CERTIFICATE_RENEWED, FaultInjection.certificateRenewed(vcenter(), authorities));
    deeds.put(Mishap.Kind.AMQP_CUT, FaultInjection.amqpCut(jobs));
    deeds.put(Mishap.Kind.AMQP_AWAY, FaultInjection.amqpAway(jobs));
    deeds.put(Mishap.Kind.SSH_CUT, FaultInjection.sshCut(peers.guests()));
    deeds.put(Mishap.Kind.AMQP_FAILOVER, FaultInjection.amqpFailover(jobs));
    deeds.put(Mishap.Kind.QUEUE_DELETED, FaultInjection.queueDeleted(jobs, scheduler));
    deeds.put(Mishap.Kind.LOGS_REFUSED, FaultInjection.logsRefused(jobs));
    deeds.put(Mishap.Kind.WORKER_KILLED, pick -> pods.killOne(pick).map(Chaos.Harm::mendingItself));
    deeds.put(
        Mishap.Kind.BROKER_KILLED, FaultInjection.killed(brains.toArray(new SupervisedService[0])));
    database.ifPresent(
        postgres ->
            deeds.put(Mishap.Kind.DATABASE_CRASHED, FaultInjection.databaseCrashed(postgres)));
    deeds.put(Mishap.Kind.OPERATOR_KILLED, FaultInjection.killed(operator));
    if (!peers.macs().isEmpty()) {
      deeds.putAll(MacHarm.deeds(peers.macs()));
    }
    return deeds;
  }

  /** What was ever above its limit, in words. */
  List<String> overcommitted() {
    List<String> above = new ArrayList<>();
    PeakUsage peaks = vcenter().peaks();
    if (peaks.machinesOnOneHost() > SLOTS_PER_HOST) {
      above.add(peaks.machinesOnOneHost() + " VMs on a host of " + SLOTS_PER_HOST + " slots");
    }
    for (MacSimulator mac : peers.macs()) {
      if (mac.mostAtOnce() > SLOTS_PER_HOST) {
        above.add(mac.mostAtOnce() + " VMs on " + mac.name() + " of 2 slots");
      }
    }
    if (pods.mostProcessors() > slots()) {
      above.add(pods.mostProcessors() + " processors for maxJobs " + slots());
    }
    return above;
  }

  /** The services' processes that run now, by what they are. */
  Map<String, List<ProcessHandle>> processes() {
    Map<String, List<ProcessHandle>> running = new TreeMap<>();
    running.put(
        "jupiter-brain", brains.stream().flatMap(brain -> brain.running().stream()).toList());
    running.put("worker-operator", operator.running().stream().toList());
    running.put("worker", pods.running());
    return running;
  }

  /** Services that ended though nobody killed them, in words. */
  List<String> died() {
    List<String> died = new ArrayList<>();
    add(died, "jupiter-brain", brains.stream().mapToInt(SupervisedService::endedByItself).sum());
    add(died, "worker-operator", operator.endedByItself());
    add(died, "workers", pods.endedByThemselves());
    return died;
  }

  private static void add(List<String> died, String name, int times) {
    if (times > 0) {
      died.add(name + " ended unasked, " + times + " times");
    }
  }

  @Override
  public void close() {
    resources.close();
  }
}
