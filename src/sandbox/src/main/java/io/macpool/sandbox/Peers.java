package io.macpool.sandbox;

import io.macpool.service.Resources;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.build.BuildScriptSimulator;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.kubernetes.node.RealCluster;
import io.macpool.sim.peer.GuestPowerServer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that the services talk to: simulated, but for what the user brings. */
final class Peers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Peers.class);
  private static final MishapPlan.Range BETWEEN_CUTS =
      new MishapPlan.Range(Duration.ofSeconds(2), Duration.ofSeconds(4));

  /** The first ones soon, and then so that a repair may end before the next begins. */
  private static final MishapPlan.Range BETWEEN_HOSTS =
      new MishapPlan.Range(Duration.ofSeconds(1), Duration.ofSeconds(8));

  private static final MishapPlan.Range AT_ONCE =
      new MishapPlan.Range(Duration.ZERO, Duration.ZERO);

  /** The image that the sample jobs run in. */
  static final String IMAGE = "travis-ci-macos12-xcode12.5";

  /** Another, for whoever wants a Mac from a shell. */
  static final String PLAIN_IMAGE = "macos-15";

  /** The image of jobs that run on Macs with tart. */
  static final String MAC_IMAGE = "macos-26-xcode-26";

  /** What the broker is given to reach Macs with tart. */
  record TartFiles(Path hosts, Path key, Path knownHosts) {}

  /** Where the broker finds vCenter, and what it works on there. */
  record VSphere(
      String url,
      String basePath,
      String vmPath,
      String clusterPath,
      Optional<String> thumbprint) {}

  private final Resources resources = new Resources();
  private final SandboxOptions options;
  private final GuestFleet guests;
  private final BuildScriptSimulator build;
  private final Cluster cluster;
  private final Optional<VSphere> vsphere;
  private final Optional<MacFleet> macs;
  private final Optional<TartFiles> tart;
  private @Nullable AmqpSimulator amqp;
  private @Nullable VCenterSimulator vcenter;
  private URI amqpUri;
  private @Nullable URI queueDepthUri;

  private Peers(SandboxOptions options, Path directory, PodRunner pods) {
    this.options = options;
    startAmqp();
    guests =
        resources.own(
            "guests", GuestFleet.start(GuestFleetOptions.in(directory.resolve("guests"))));
    vsphere = findVSphere();
    Path ofMacs = directory.resolve("macs");
    macs = options.macs() > 0 ? Optional.of(simulatedMacs(ofMacs)) : Optional.empty();
    tart = macs.map(fleet -> tartFiles(fleet, ofMacs));
    build = resources.own("build-script service", BuildScriptSimulator.start());
    cluster = resources.own("Kubernetes", cluster(directory, pods));
  }

  private Cluster cluster(Path directory, PodRunner pods) {
    return options.peers.kubeconfig == null
        ? Cluster.simulated(
            KubernetesSimulator.start(
                KubernetesSimulator.Options.defaults().in(Wiring.NAMESPACE), pods))
        : Cluster.real(
            RealCluster.join(
                options.peers.kubeconfig, Wiring.NAMESPACE, directory.resolve("pods"), pods));
  }

  /** Starts them; when it throws, none is left running. */
  static Peers start(SandboxOptions options, Path directory, PodRunner pods) {
    return new Peers(options, directory, pods);
  }

  private void startAmqp() {
    if (options.peers.amqpUri != null) {
      amqpUri = options.peers.amqpUri;
      return;
    }
    amqp = resources.own("AMQP", AmqpSimulator.start());
    amqpUri = amqp.uri();
    queueDepthUri = amqp.managementUrl();
  }

  private Optional<VSphere> findVSphere() {
    if (options.peers.vsphereUrl != null) {
      return Optional.of(realVSphere());
    }
    return options.vsphereHosts() > 0 ? Optional.of(simulatedVSphere()) : Optional.empty();
  }

  private VSphere simulatedVSphere() {
    OperationTimes times =
        OperationTimes.none()
            .withClone(options.cloneTime)
            .withPowerOn(Duration.ofMillis(100))
            .withDestroy(Duration.ofMillis(100))
            .withBoot(options.bootTime);
    VCenterOptions wanted =
        VCenterOptions.defaults()
            .withHosts(options.vsphereHosts())
            .withImages(BaseImage.of(IMAGE), BaseImage.of(PLAIN_IMAGE))
            .withTimes(times)
            .withSeed(options.seed)
            .withTimeScale(options.timeScale)
            .withGuests(guests);
    vcenter = resources.own("vCenter", VCenterSimulator.start(wanted));
    if (options.breaksVSphere()) {
      Chaos.befall(vcenter.faults());
    }
    URI url = vcenter.url();
    String login = encoded(vcenter.user()) + ":" + encoded(vcenter.password());
    return new VSphere(
        url.getScheme() + "://" + login + "@" + url.getRawAuthority() + url.getRawPath(),
        vcenter.basePath(),
        vcenter.vmPath(),
        vcenter.clusterPath(),
        Optional.of(vcenter.thumbprint()));
  }

  /** Their guests are those of the simulated vCenter, in tart's NAT. */
  private MacFleet simulatedMacs(Path directory) {
    MacTimes times =
        new MacTimes(
            options.cloneTime,
            Duration.ofMillis(100),
            options.bootTime,
            Duration.ofMillis(100),
            Duration.ofSeconds(5));
    return resources.own(
        "Macs", MacFleet.start(directory, options.macs(), times, guests, List.of(MAC_IMAGE)));
  }

  private static TartFiles tartFiles(MacFleet fleet, Path directory) {
    try {
      return new TartFiles(
          Files.writeString(directory.resolve("hosts.yaml"), fleet.hostsFile()),
          fleet.keyFile(),
          Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts()));
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the Macs' files below " + directory, e);
    }
  }

  private VSphere realVSphere() {
    SandboxOptions.RealPeers real = options.peers;
    if (real.lendGuests != null) {
      try {
        resources.own("lent guests", GuestPowerServer.start(guests, real.lendGuests));
      } catch (IOException e) {
        throw new IllegalStateException(
            "can't lend guests on port " + real.lendGuests + ": " + e.getMessage(), e);
      }
    }
    return new VSphere(
        needed(real.vsphereUrl),
        needed(real.vsphereBasePath),
        needed(real.vsphereVmPath),
        needed(real.vsphereClusterPath),
        Optional.ofNullable(real.vsphereThumbprint));
  }

  private static String needed(@Nullable String option) {
    return Objects.requireNonNull(option, "options of a real vCenter are given together");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** From now on connections are cut, and hosts wear out, if that was asked for. */
  void beginChaos() {
    Map<Mishap.Kind, Chaos.Deed> deeds = new EnumMap<>(Mishap.Kind.class);
    if (options.breaksConnections()) {
      deeds.put(
          Mishap.Kind.AMQP_CUT,
          FaultInjection.amqpCut(new SimulatedJobBroker(amqp().orElseThrow())));
      deeds.put(Mishap.Kind.SSH_CUT, FaultInjection.sshCut(guests));
    }
    begin(deeds, BETWEEN_CUTS);
    Map<Mishap.Kind, Chaos.Deed> ofHosts = new EnumMap<>(Mishap.Kind.class);
    if (options.wearsOutHosts()) {
      ofHosts.put(
          Mishap.Kind.HOST_AGED,
          FaultInjection.hostAged(vcenter().orElseThrow(), Clock.systemUTC()));
    }
    begin(ofHosts, BETWEEN_HOSTS);
  }

  private void begin(Map<Mishap.Kind, Chaos.Deed> deeds, MishapPlan.Range pauses) {
    if (!deeds.isEmpty()) {
      resources.own(
          "chaos",
          Chaos.start(
              new MishapPlan(options.seed, deeds.keySet(), pauses, AT_ONCE),
              deeds,
              what -> log.info("chaos: {}", what)));
    }
  }

  /** The simulated AMQP broker, where none was brought. */
  Optional<AmqpSimulator> amqp() {
    return Optional.ofNullable(amqp);
  }

  /** The simulated vCenter, where none was brought and there are hosts of it. */
  Optional<VCenterSimulator> vcenter() {
    return Optional.ofNullable(vcenter);
  }

  URI amqpUri() {
    return amqpUri;
  }

  /** The management API that tells queue depths, if there is one. */
  Optional<URI> queueDepthUri() {
    return Optional.ofNullable(queueDepthUri);
  }

  /** Where vCenter is, if there is one. */
  Optional<VSphere> vsphere() {
    return vsphere;
  }

  /** The Macs with tart; none if no pool has any. */
  List<MacSimulator> macs() {
    return macs.map(MacFleet::macs).orElse(List.of());
  }

  /** How Macs with tart are reached, if there are any. */
  Optional<TartFiles> tart() {
    return tart;
  }

  GuestFleet guests() {
    return guests;
  }

  URI buildApiUri() {
    return build.uri();
  }

  Cluster cluster() {
    return cluster;
  }

  @Override
  public void close() {
    resources.close();
  }
}
