package io.macpool.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.brain.BrainSettings;
import io.macpool.console.ConsoleSettings;
import io.macpool.operator.OperatorSettings;
import io.macpool.service.ServiceMain;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the services are told of each other: by their documented settings and one WorkerCluster. */
final class Wiring {

  static final String NAMESPACE = "macpool-sandbox";
  static final String QUEUE = "builds.macstadium6";

  private static final String CLUSTER = "worker-sandbox";
  private static final String POOL = "macs";
  private static final String JOB_EVENTS = "macpool.jobs";
  private static final String SSH_SECRET = "worker-sandbox-vm-key";
  private static final String SSH_FILE = "travis-vm-ssh-key";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SandboxOptions options;
  private final Peers peers;
  private final String token;

  Wiring(SandboxOptions options, Peers peers) {
    this.options = options;
    this.peers = peers;
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    token = HexFormat.of().formatHex(random);
  }

  String token() {
    return token;
  }

  Settings brainSettings() {
    return read(BrainSettings.SPEC, brainEnvironment());
  }

  Settings operatorSettings() {
    return read(OperatorSettings.SPEC, operatorEnvironment());
  }

  /** What the console is told: a viewer needs the broker's token. */
  Settings consoleSettings(String brokerUrl, Path history) {
    Map<String, String> environment = new HashMap<>();
    environment.put("MACPOOL_CONSOLE_HISTORY_FILE", history.toString());
    environment.put("MACPOOL_CONSOLE_ADDR", "127.0.0.1:0");
    environment.put("MACPOOL_CONSOLE_ADMIN_ADDR", "127.0.0.1:0");
    environment.put("MACPOOL_CONSOLE_BROKER_URL", brokerUrl.replace("://", "://" + token + "@"));
    environment.put("MACPOOL_CONSOLE_TOKEN", token);
    environment.put("MACPOOL_CONSOLE_INSECURE_COOKIE", "true");
    environment.put("MACPOOL_CONSOLE_KUBERNETES_NAMESPACE", NAMESPACE);
    peers
        .cluster()
        .apiUrl()
        .ifPresent(url -> environment.put("MACPOOL_CONSOLE_KUBERNETES_URL", url));
    environment.put("MACPOOL_CONSOLE_AMQP_URI", peers.amqpUri().toString());
    environment.put("MACPOOL_CONSOLE_JOB_EVENTS_EXCHANGE", JOB_EVENTS);
    return read(ConsoleSettings.SPEC, environment);
  }

  /** What the broker is told. */
  Map<String, String> brainEnvironment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("JUPITER_BRAIN_ADDR", "127.0.0.1:0");
    environment.put("JUPITER_BRAIN_ADMIN_ADDR", "127.0.0.1:0");
    environment.put("JUPITER_BRAIN_AUTH_TOKEN", token);
    peers.vsphere().ifPresent(vsphere -> tellOf(vsphere, environment));
    environment.put("JUPITER_BRAIN_SLOTS_PER_HOST", Integer.toString(options.slotsPerHost));
    environment.put("JUPITER_BRAIN_SSH_PORT", Integer.toString(peers.guests().sshPort()));
    if (options.wearsOutHosts()) {
      environment.put("JUPITER_BRAIN_HYGIENE_REBOOT", "provider");
      environment.put("JUPITER_BRAIN_HYGIENE_IN_SERVICE", "50");
      environment.put("JUPITER_BRAIN_HYGIENE_REFUSALS", "2");
      environment.put("JUPITER_BRAIN_RECONCILE_INTERVAL", "1s");
    }
    peers
        .tart()
        .ifPresent(
            files -> {
              environment.put("JUPITER_BRAIN_TART_HOSTS", files.hosts().toString());
              environment.put("JUPITER_BRAIN_TART_KEY_FILE", files.key().toString());
              environment.put("JUPITER_BRAIN_TART_KNOWN_HOSTS", files.knownHosts().toString());
              environment.put("JUPITER_BRAIN_TART_INTERVAL", "2s");
              environment.put("JUPITER_BRAIN_TART_SETTLE", "600ms");
              environment.put("JUPITER_BRAIN_GUEST_RELAY_ADDR", "127.0.0.1");
            });
    if (options.peers.databaseUrl != null) {
      environment.put("DATABASE_URL", options.peers.databaseUrl);
    }
    return environment;
  }

  private static void tellOf(Peers.VSphere vsphere, Map<String, String> environment) {
    environment.put("JUPITER_BRAIN_VSPHERE_API_URL", vsphere.url());
    environment.put("JUPITER_BRAIN_VSPHERE_BASE_PATH", vsphere.basePath());
    environment.put("JUPITER_BRAIN_VSPHERE_VM_PATH", vsphere.vmPath());
    environment.put("JUPITER_BRAIN_VSPHERE_CLUSTER_PATH", vsphere.clusterPath());
    vsphere.thumbprint().ifPresent(hex -> environment.put("JUPITER_BRAIN_VSPHERE_THUMBPRINT", hex));
  }

  /** What the operator is told. */
  Map<String, String> operatorEnvironment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("WATCH_NAMESPACE", NAMESPACE);
    environment.put("POD_NAME", "worker-operator-sandbox");
    environment.put("KUBECONFIG", peers.cluster().kubeconfig().toString());
    environment.put("WORKER_OPERATOR_ADMIN_ADDR", "127.0.0.1:0");
    environment.put("WORKER_OPERATOR_AMQP_URI", peers.amqpUri().toString());
    peers
        .queueDepthUri()
        .ifPresent(
            uri -> environment.put("WORKER_OPERATOR_RABBITMQ_MANAGEMENT_URI", uri.toString()));
    return environment;
  }

  private static Settings read(SettingsSpec spec, Map<String, String> environment) {
    return ServiceMain.withCommonSettings(spec).read(List.of(), environment);
  }

  /** The Secret with the key that opens the guests. */
  ObjectNode sshSecret() {
    ObjectNode secret = object("v1", "Secret", SSH_SECRET);
    try {
      byte[] key = Files.readAllBytes(peers.guests().privateKeyFile());
      secret.putObject("data").put(SSH_FILE, Base64.getEncoder().encodeToString(key));
    } catch (IOException e) {
      throw new IllegalStateException("the guests' private key can't be read: " + e, e);
    }
    return secret;
  }

  /** The HardwarePool of all slots. */
  ObjectNode hardwarePool() {
    ObjectNode pool = object("travisci.com/v1alpha1", "HardwarePool", POOL);
    pool.putObject("spec").put("slots", options.slots());
    return pool;
  }

  /** The WorkerCluster as a person would apply it. */
  ObjectNode workerCluster(String brokerUrl) {
    ObjectNode cluster = object("travisci.com/v1alpha1", "WorkerCluster", CLUSTER);
    ObjectNode spec = cluster.putObject("spec");
    spec.put("maxJobs", options.maxJobs());
    spec.put("maxJobsPerWorker", options.maxJobsPerWorker());
    spec.putObject("selector").putObject("matchLabels").put("name", CLUSTER);
    ObjectNode template = spec.putObject("template");
    template.putObject("metadata").putObject("labels").put("name", CLUSTER);
    ObjectNode pod = template.putObject("spec");
    // Who asks for more jobs than there are slots wants to see them wait for a Mac.
    if (options.maxJobs() <= options.slots()) {
      spec.put("hardwarePool", POOL);
    }
    pod.put("image", "macpool/worker:sandbox");
    pod.put("sshKeySecret", SSH_SECRET);
    ArrayNode variables = pod.putArray("env");
    new TreeMap<>(workerEnvironment(brokerUrl))
        .forEach((name, value) -> variables.addObject().put("name", name).put("value", value));
    return cluster;
  }

  private Map<String, String> workerEnvironment(String brokerUrl) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TRAVIS_WORKER_PROVIDER_NAME", "jupiterbrain");
    environment.put("TRAVIS_WORKER_QUEUE_TYPE", "amqp");
    environment.put("TRAVIS_WORKER_AMQP_URI", peers.amqpUri().toString());
    environment.put("TRAVIS_WORKER_QUEUE_NAME", QUEUE);
    environment.put("TRAVIS_WORKER_BUILD_API_URI", peers.buildApiUri().toString());
    environment.put(
        "TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT", brokerUrl.replace("://", "://" + token + "@"));
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH", "/etc/worker/ssh/" + SSH_FILE);
    environment.put(
        "TRAVIS_WORKER_JUPITERBRAIN_SSH_PORT", Integer.toString(peers.guests().sshPort()));
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_DEFAULT", image(Peers.IMAGE));
    if (peers.tart().isPresent()) {
      environment.put("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_OSX_IMAGE_XCODE26_0", Peers.MAC_IMAGE);
    }
    environment.put("TRAVIS_WORKER_JUPITERBRAIN_BOOT_POLL_SLEEP", "250ms");
    environment.put("TRAVIS_WORKER_JOB_EVENTS_EXCHANGE", JOB_EVENTS);
    return environment;
  }

  /** That of vCenter's, or the Macs' where there is no vCenter. */
  private String image(String ofVSphere) {
    return peers.vsphere().isPresent() ? ofVSphere : Peers.MAC_IMAGE;
  }

  private static ObjectNode object(String apiVersion, String kind, String name) {
    ObjectNode object = JSON.createObjectNode();
    object.put("apiVersion", apiVersion).put("kind", kind);
    object.putObject("metadata").put("name", name).put("namespace", NAMESPACE);
    return object;
  }

  /**
   * Where everything is.
   *
   * @param consoleUrl null if no console runs
   */
  SandboxInfo info(String brokerUrl, @Nullable String consoleUrl, Map<String, String> adminUrls) {
    Optional<Peers.VSphere> vsphere = peers.vsphere();
    return new SandboxInfo(
        consoleUrl,
        brokerUrl,
        token,
        peers.amqpUri().toString(),
        vsphere.map(Peers.VSphere::url).orElse(null),
        vsphere.map(Peers.VSphere::basePath).orElse(null),
        vsphere.map(Peers.VSphere::vmPath).orElse(null),
        vsphere.map(Peers.VSphere::clusterPath).orElse(null),
        peers.cluster().kubeconfig().toString(),
        peers.guests().privateKeyFile().toString(),
        peers.guests().sshPort(),
        peers.buildApiUri().toString(),
        QUEUE,
        image(Peers.PLAIN_IMAGE),
        adminUrls);
  }
}
