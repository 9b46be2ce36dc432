package io.macpool.operator;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.macpool.operator.queue.AmqpQueueDepth;
import io.macpool.operator.queue.ManagementQueueDepth;
import io.macpool.operator.queue.QueueDepth;
import io.macpool.service.BuildInfo;
import io.macpool.service.Metrics;
import io.macpool.service.Resources;
import io.macpool.service.http.AdminRoutes;
import io.macpool.service.http.AdminServer;
import io.macpool.service.http.EventLoops;
import io.macpool.service.http.Health;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.File;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A running operator. Closing it stops every loop; the workers go on as they are. */
public final class Operator implements AutoCloseable {

  private final Resources resources;
  private final Leadership leadership;
  private final int adminPort;

  private Operator(Resources resources, Leadership leadership, int adminPort) {
    this.resources = resources;
    this.leadership = leadership;
    this.adminPort = adminPort;
  }

  /**
   * Starts watching; returns when the watches are in sync, or at once as a candidate for leader.
   *
   * @throws SettingsException if settings can't be used, naming them
   */
  public static Operator start(Settings settings) {
    Resources resources = new Resources();
    try {
      return run(settings, resources);
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /** The port of health and metrics. */
  public int adminPort() {
    return adminPort;
  }

  /** Whether it leads, and so acts. */
  public boolean leads() {
    return leadership.leads();
  }

  private static Operator run(Settings settings, Resources resources) {
    depthSource(settings).ifPresent(QueueDepth::close); // a malformed URI is told at once
    PrometheusMeterRegistry registry = Metrics.registry();
    ApiPatience patience =
        new ApiPatience(settings.get(OperatorSettings.API_TIMEOUT), System::nanoTime);
    resources.own("metrics", registry::close);
    KubernetesClient client = resources.own("kubernetes", client(settings, registry, patience));
    String namespace =
        settings
            .find(OperatorSettings.WATCH_NAMESPACE)
            .or(() -> Optional.ofNullable(client.getNamespace()))
            .orElseThrow(
                () ->
                    new SettingsException(
                        List.of(
                            "--kubeconfig and --watch-namespace: neither is set, there is no"
                                + " ~/.kube/config, and this is no pod with a service account; name"
                                + " a kubeconfig file")));
    if (namespace.equals(client.getNamespace())
        || OperatorSettings.ALL_NAMESPACES.equals(namespace)) {
      Optional.ofNullable(client.getNamespace())
          .ifPresent(own -> resources.own("finalizers", new FinalizerRelease(client, own)));
    }
    ApiConnection api = new ApiConnection(client, patience, namespace);
    Leadership leadership = new Leadership(settings, client, System::nanoTime);
    int adminPort = admin(settings, registry, leadership, resources);
    LeadershipTerms terms =
        new LeadershipTerms(
            leadership,
            broken ->
                OperatorTerm.begin(
                    settings, api, registry, leadership, () -> depthSource(settings), broken));
    resources.own("terms", () -> leadership.stop(terms::close));
    terms.start();
    return new Operator(resources, leadership, adminPort);
  }

  private static Optional<QueueDepth> depthSource(Settings settings) {
    return usable(settings, OperatorSettings.RABBITMQ_MANAGEMENT_URI, ManagementQueueDepth::new)
        .or(() -> usable(settings, OperatorSettings.AMQP_URI, AmqpQueueDepth::new));
  }

  private static Optional<QueueDepth> usable(
      Settings settings, Setting<Secret> setting, Function<Secret, QueueDepth> reader) {
    try {
      return settings.find(setting).map(reader);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(List.of(setting.name() + ": " + e.getMessage()));
    }
  }

  private static KubernetesClient client(
      Settings settings, PrometheusMeterRegistry registry, ApiPatience patience) {
    CallDeadlines deadlines =
        new CallDeadlines(
            settings.get(OperatorSettings.API_TIMEOUT),
            settings.get(OperatorSettings.LEASE_DURATION));
    return new KubernetesClientBuilder()
        .withConfig(kubernetesConfig(settings))
        .withHttpClientBuilderConsumer(
            http -> {
              http.addOrReplaceInterceptor("deadlines", deadlines);
              int number = 0;
              for (Interceptor repetition : patience.interceptors()) {
                number++;
                http.addOrReplaceInterceptor("repetition " + number, repetition);
              }
              // The last one: it sees how a call ended at last.
              http.addOrReplaceInterceptor("outcomes", new ApiOutcomes(registry, System::nanoTime));
            })
        .build();
  }

  /**
   * The client itself repeats nothing: {@link ApiPatience} does, and rounds, watches and elections
   * come again by themselves.
   */
  private static Config kubernetesConfig(Settings settings) {
    Config config =
        settings
            .find(OperatorSettings.KUBECONFIG)
            .map(OperatorSettings::readable)
            .map(Operator::read)
            .orElseGet(() -> Config.autoConfigure(null));
    int patience = (int) settings.get(OperatorSettings.API_TIMEOUT).toMillis();
    config.setConnectionTimeout(patience);
    config.setRequestTimeout(patience);
    config.setRequestRetryBackoffLimit(0);
    // All calls would share one connection, which a call that times out leaves open: if a router
    // forgot it, each call would fail until the kernel gives up, after a quarter of an hour.
    config.setHttp2Disable(true);
    return config;
  }

  private static Config read(File kubeconfig) {
    try {
      return Config.fromKubeconfig(kubeconfig);
    } catch (RuntimeException e) {
      throw new SettingsException(
          List.of("--kubeconfig: " + kubeconfig + " is no kubeconfig: " + firstLine(e)));
    }
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  private static int admin(
      Settings settings,
      PrometheusMeterRegistry registry,
      Leadership leadership,
      Resources resources) {
    Health health =
        new Health().live("leadership", leadership::trouble).ready("leadership", leadership::idle);
    Vertx vertx = resources.own("event loops", EventLoops.start(1)).vertx();
    BuildInfo build = BuildInfo.of("worker-operator", Operator.class);
    AdminServer server =
        resources.own(
            "admin",
            AdminServer.start(
                vertx,
                settings.get(OperatorSettings.ADMIN_ADDR),
                new AdminRoutes(build, health, registry)));
    return server.port();
  }

  @Override
  public void close() {
    resources.close();
  }
}
