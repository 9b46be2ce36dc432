package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.macpool.sim.kubernetes.node.Kubelet;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import io.macpool.sim.kubernetes.verb.Verbs;
import io.macpool.sim.net.LoopbackServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A Kubernetes API with the controllers that make Deployments into running pods, in this JVM, on a
 * loopback port. What it holds lives as long as it does.
 */
public final class KubernetesSimulator implements AutoCloseable {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final ObjectStore store = new ObjectStore();
  private final ResourceTypes types = new ResourceTypes();
  private final Watches watches = new Watches(store);
  private final ApiCalls calls = new ApiCalls();
  private final ApiFaults faults = new ApiFaults();
  private final String token;
  private final Path directory;
  private final Verbs verbs;
  private final Controllers controllers;
  private final LoopbackServer server;
  private final Path kubeconfig;

  private KubernetesSimulator(Options options, PodRunner runner) {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    token = HexFormat.of().formatHex(bytes);
    directory = temporaryDirectory();
    verbs = new Verbs(store, types, options.clock());
    controllers =
        new Controllers(store, verbs, types, runner, options.clock(), directory.resolve("pods"));
    ObjectApi objects = new ObjectApi(store, verbs, options.clock());
    Tables tables = new Tables(options.clock());
    server =
        LoopbackServer.start(
            options.port(),
            vertx ->
                new ApiServer(
                        vertx,
                        token,
                        new ApiServer.Apis(
                            types,
                            objects,
                            tables,
                            watches,
                            new PodLogApi(vertx, controllers::log)),
                        calls,
                        faults)
                    ::receive);
    kubeconfig = writeKubeconfig(options.namespace());
    controllers.start();
  }

  /**
   * How it is started.
   *
   * @param port 0 takes a free one
   * @param clock what ages and timestamps are told by
   * @param namespace that the kubeconfig's context is in
   */
  public record Options(int port, Clock clock, String namespace) {

    public Options(int port, Clock clock) {
      this(port, clock, "default");
    }

    /** A free port, the machine's clock. */
    public static Options defaults() {
      return new Options(0, Clock.systemUTC());
    }

    /** The same with another namespace in the kubeconfig's context. */
    public Options in(String other) {
      return new Options(port, clock, other);
    }
  }

  /**
   * Starts with nothing in it.
   *
   * @throws IllegalStateException if the port can't be had
   */
  public static KubernetesSimulator start(Options options, PodRunner runner) {
    return new KubernetesSimulator(options, runner);
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("macpool-kubernetes-");
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a directory for kubeconfig and volumes", e);
    }
  }

  private Path writeKubeconfig(String namespace) {
    String text =
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: sim, cluster: {server: "%s/%s"}}]
        contexts: [{name: sim, context: {cluster: sim, namespace: "%s"}}]
        current-context: sim
        """
            .formatted(url(), token, namespace);
    try {
      return Files.writeString(directory.resolve("kubeconfig"), text);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the kubeconfig", e);
    }
  }

  /** {@code http://127.0.0.1:PORT}. */
  public String url() {
    return server.url();
  }

  /** The same for who sends no header: the token is part of the path. */
  public String urlWithToken() {
    return url() + "/" + token;
  }

  /**
   * A file for {@code KUBECONFIG}, readable by this user alone; it goes when the simulator is
   * closed.
   */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** What a client needs, for its own settings on top. */
  public Config clientConfig() {
    return new ConfigBuilder(Config.empty())
        .withMasterUrl(url())
        .withOauthToken(token)
        .withNamespace("default")
        .build();
  }

  /** A new client; the caller closes it. */
  public KubernetesClient newClient() {
    return new KubernetesClientBuilder().withConfig(clientConfig()).build();
  }

  /**
   * Creates or replaces what a manifest of one or more YAML documents holds, without a call to the
   * API: for custom resource definitions before anything else runs.
   */
  public void load(String manifest) {
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(manifest)) {
      for (JsonNode document : documents.readAll()) {
        if (document instanceof ObjectNode object) {
          load(object);
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not a manifest: " + e.getMessage(), e);
    }
  }

  private void load(ObjectNode object) {
    String apiVersion = object.path("apiVersion").asText();
    String kind = object.path("kind").asText();
    ResourceType type =
        types.all().stream()
            .filter(known -> known.apiVersion().equals(apiVersion) && known.kind().equals(kind))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("no resource " + apiVersion + " " + kind));
    String named = Metadata.namespace(object);
    String namespace = !type.namespaced() ? "" : named.isEmpty() ? "default" : named;
    if (store.get(ObjectKey.of(type, namespace, Metadata.name(object))).isPresent()) {
      verbs.update(type, namespace, Metadata.name(object), false, false, present -> object);
    } else {
      verbs.create(type, namespace, object, false);
    }
  }

  /**
   * The object as it is now, without a call to the API.
   *
   * @param resource {@code pods}, {@code deployments.apps}
   */
  public Optional<JsonNode> object(String resource, String namespace, String name) {
    return store.get(new ObjectKey(resource, namespace, name)).map(JsonNode::deepCopy);
  }

  /** All objects of a resource in a namespace (empty: in all), without a call to the API. */
  public List<JsonNode> objects(String resource, String namespace) {
    return store.list(resource, namespace).stream().<JsonNode>map(JsonNode::deepCopy).toList();
  }

  /** Counts what is asked of the API. */
  public ApiCalls calls() {
    return calls;
  }

  /** What is to go wrong with calls. */
  public ApiFaults faults() {
    return faults;
  }

  /**
   * Changes every object of a resource that is written from now on, as an admission webhook does.
   *
   * @param resource {@code deployments.apps}
   * @param patch a JSON merge patch
   */
  public void change(String resource, ObjectNode patch) {
    verbs.admission().change(resource, patch);
  }

  /** Watches that are open now. */
  public int openWatches() {
    return watches.count();
  }

  /** Ends every watch; it can resume where it was. */
  public void dropWatches() {
    watches.drop();
  }

  /** Ends every watch with 410 Gone, and none can resume: clients must list again. */
  public void expireWatches() {
    watches.expire();
  }

  /** The pod's container crashes and is started again; false if there is no such container. */
  public boolean crashPod(String namespace, String name) {
    return controllers.crash(namespace, name);
  }

  /**
   * The pod's node goes silent: its status stays as it is and a deletion is not carried out, while
   * the container runs on. False again: the node is back. Returns false if there is no such pod.
   */
  public boolean cutOffPod(String namespace, String name, boolean silent) {
    return controllers.cutOff(namespace, name, silent);
  }

  @Override
  public void close() {
    controllers.close();
    watches.drop();
    server.close();
    Kubelet.remove(directory);
  }
}
