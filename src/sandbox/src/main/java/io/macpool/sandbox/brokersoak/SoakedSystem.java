package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.TemporaryDirectory;
import io.macpool.service.Resources;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two brokers, their database and their vCenter. */
final class SoakedSystem implements AutoCloseable {

  static final int SLOTS_PER_HOST = 2;

  /** Of the second replica, if clocks are to be apart and anything here can shift one. */
  static final Duration BEHIND = Duration.ofSeconds(-25);

  private static final String SECOND_USER = "broker-b@vsphere.local";
  private static final List<String> IMAGES = List.of("macos-14", "macos-15", "macos-26");
  private static final List<String> NAMES = List.of("broker-a", "broker-b");

  private final Resources resources = new Resources();
  private final Map<String, String> tokens;
  private final VCenterSimulator vcenter;
  private final DatabasePair database;
  private final List<Replica> replicas = new ArrayList<>();
  private final boolean clocksApart;

  private SoakedSystem(
      BrokerSoakOptions options, Map<String, String> tokens, Observations seen, Path logs)
      throws IOException, InterruptedException {
    this.tokens = tokens;
    try {
      Path files = resources.own("files", TemporaryDirectory.create()).path();
      GuestPorts guests = resources.own("guests", GuestPorts.open());
      vcenter = resources.own("vCenter", vcenter(options, guests, seen));
      database = resources.own("database", DatabasePair.start(files, logs));
      Optional<Path> shifter = Replica.clockShifter();
      clocksApart = options.kinds().contains(FaultPlan.Kind.CLOCKS_APART) && shifter.isPresent();
      for (String name : NAMES) {
        boolean first = name.equals(NAMES.get(0));
        int port = freePort();
        Map<String, String> environment =
            environment(options, port, guests.port(), first ? vcenter.user() : SECOND_USER);
        Map<String, String> itsOwn =
            first || !clocksApart
                ? environment
                : Replica.shifted(environment, shifter.orElseThrow(), (int) BEHIND.toSeconds());
        replicas.add(resources.own(name, Replica.start(name, port, itsOwn, logs)));
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /**
   * Starts everything; when it throws, nothing is left running.
   *
   * @param tokens of the clients, by owner
   */
  static SoakedSystem start(
      BrokerSoakOptions options, Map<String, String> tokens, Observations seen, Path logs)
      throws IOException, InterruptedException {
    return new SoakedSystem(options, tokens, seen, logs);
  }

  private static VCenterSimulator vcenter(
      BrokerSoakOptions options, GuestPorts guests, Observations seen) {
    return VCenterSimulator.start(
        VCenterOptions.defaults()
            .withHosts(options.hosts)
            .withImages(IMAGES.stream().map(BaseImage::of).toArray(BaseImage[]::new))
            .withTimes(
                OperationTimes.none()
                    .withClone(Duration.ofMillis(1_200))
                    .withPowerOn(Duration.ofMillis(300))
                    .withPowerOff(Duration.ofMillis(200))
                    .withDestroy(Duration.ofMillis(400))
                    .withBoot(Duration.ofMillis(1_500)))
            .withSeed(options.seed())
            .withMoreUsers(SECOND_USER)
            .withGuests(guests)
            .withWitness(event -> seen.add(new Observation.OnHost(event))));
  }

  private Map<String, String> environment(
      BrokerSoakOptions options, int port, int sshPort, String user) {
    URI url = vcenter.url();
    List<String> named = new ArrayList<>();
    tokens.forEach((owner, token) -> named.add(owner + "=" + token));
    Map<String, String> environment = new HashMap<>();
    environment.put("JUPITER_BRAIN_ADDR", "127.0.0.1:" + port);
    environment.put("JUPITER_BRAIN_AUTH_TOKENS", String.join(",", named));
    environment.put(
        "JUPITER_BRAIN_VSPHERE_API_URL",
        "https://"
            + encoded(user)
            + ":"
            + encoded(vcenter.password())
            + "@"
            + url.getRawAuthority()
            + url.getRawPath());
    environment.put("JUPITER_BRAIN_VSPHERE_BASE_PATH", vcenter.basePath());
    environment.put("JUPITER_BRAIN_VSPHERE_VM_PATH", vcenter.vmPath());
    environment.put("JUPITER_BRAIN_VSPHERE_CLUSTER_PATH", vcenter.clusterPath());
    environment.put("JUPITER_BRAIN_VSPHERE_THUMBPRINT", vcenter.thumbprint());
    environment.put("JUPITER_BRAIN_SLOTS_PER_HOST", Integer.toString(SLOTS_PER_HOST));
    environment.put("JUPITER_BRAIN_OWNER_QUOTA", Integer.toString(ownerQuota(options)));
    environment.put("JUPITER_BRAIN_WAIT_WHEN_FULL", "5s");
    environment.put("JUPITER_BRAIN_REQUEST_TIMEOUT", "60s");
    environment.put("JUPITER_BRAIN_RECONCILE_INTERVAL", "3s");
    environment.put("JUPITER_BRAIN_SSH_PORT", Integer.toString(sshPort));
    environment.put("JUPITER_BRAIN_WARM", IMAGES.get(0) + "=2:4:45s," + IMAGES.get(1) + "=1:3:30s");
    environment.put("JUPITER_BRAIN_LOG_FORMAT", "plain");
    environment.put("DATABASE_URL", database.url());
    return environment;
  }

  /** Low enough to be met: an owner may hold a third of the slots. */
  static int ownerQuota(BrokerSoakOptions options) {
    return Math.max(1, options.hosts * SLOTS_PER_HOST / 3);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  VCenterSimulator vcenter() {
    return vcenter;
  }

  DatabasePair database() {
    return database;
  }

  List<Replica> replicas() {
    return replicas;
  }

  List<String> images() {
    return IMAGES;
  }

  boolean clocksApart() {
    return clocksApart;
  }

  @Override
  public void close() {
    resources.close();
  }
}
