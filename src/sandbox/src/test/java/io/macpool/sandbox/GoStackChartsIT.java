package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.service.Resources;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.build.BuildScriptSimulator;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our programs as processes, with the environment that the Go stack's charts and examples give
 * theirs: nothing but the addresses of peers is put in. Each comes to serve, and warns of what it
 * has another way for.
 */
class GoStackChartsIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String TOKEN = "t0ken";

  @TempDir private Path directory;

  private final Resources resources = new Resources();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> places = new LinkedHashMap<>(Map.of("TOKEN", TOKEN));

  @AfterEach
  void close() {
    resources.close();
  }

  @Test
  void theWorkerServesAsTheOperatorDrivesIt() throws IOException {
    GuestFleet guests = guests("127.74.0.1");
    AmqpSimulator jobs = resources.own("jobs", AmqpSimulator.start());
    BrokerSimulator broker = resources.own("broker", BrokerSimulator.start(1, guests));
    BuildScriptSimulator scripts = resources.own("scripts", BuildScriptSimulator.start());
    String remote = "127.0.0.1:" + freePort();
    places.put("TOKEN", broker.endpoint().getUserInfo());
    places.put("BROKER", "127.0.0.1:" + broker.endpoint().getPort());
    places.put("SSH_KEY", guests.privateKeyFile().toString());
    places.put("AMQP", jobs.uri().toString());
    places.put("GENERATOR", scripts.uri().toString());
    places.put("REMOTE", remote);

    Path log = start(io.macpool.worker.Main.class, "macstadium-worker");

    await(log).until(() -> status("GET", remote, "/ready", "") == 200);
    assertThat(status("PATCH", remote, "/worker", "{\"poolSize\":2}")).isEqualTo(204);
    await(log).until(() -> body(remote, "/worker").contains("\"poolSize\":2"));
    assertThat(lines(log))
        .contains("TRAVIS_WORKER_LIBRATO_EMAIL has no effect any more")
        .doesNotContain("SERVICE_HOST is not a setting")
        .doesNotContain("HOSTNAME are both set")
        .doesNotContain("abc+def", "s3cret");
  }

  @Test
  void theBrokerServesItsOldClientsToken() throws IOException, SQLException {
    Optional<String> database = Peer.POSTGRESQL.location();
    assumeTrue(
        database.isPresent(),
        "peer postgresql is not here: the broker is not started with its chart's settings");
    places.put("DATABASE", database.get());
    VCenterSimulator vcenter = vcenter();
    String address = "127.0.0.1:" + freePort();
    places.put("BROKER", address);

    Path log =
        start(
            io.macpool.brain.Main.class,
            "jupiter-brain",
            // The one thing that must be added: docs/migrating.md, "tls".
            Map.of("JUPITER_BRAIN_VSPHERE_THUMBPRINT", vcenter.thumbprint()));

    await(log).until(() -> status("GET", address, "/instances", "") == 200);
    assertThat(lines(log))
        .contains("JUPITER_BRAIN_HONEYCOMB_REQUEST_DATASET has no effect any more")
        .doesNotContain("is not a setting");
    assertThat(ledgers(URI.create(database.get()))).as("ledgers in that database").isPositive();
  }

  private static int ledgers(URI server) throws SQLException {
    String jdbc = "jdbc:postgresql://" + server.getHost() + ":" + server.getPort();
    String[] login = server.getUserInfo().split(":", -1);
    try (Connection connection =
            DriverManager.getConnection(
                jdbc + server.getPath(), login[0], login.length > 1 ? login[1] : null);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM jupiter_brain.ledgers")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @Test
  void theJanitorMakesItsRounds() throws IOException {
    VCenterSimulator vcenter = vcenter();
    Path log =
        start(
            io.macpool.brain.Main.class,
            "vsphere-janitor",
            Map.of("VSPHERE_JANITOR_VSPHERE_THUMBPRINT", vcenter.thumbprint()),
            "janitor");
    await(log).until(() -> lines(log).contains("connected to vCenter"));
    assertThat(lines(log)).contains("VSPHERE_JANITOR_LIBRATO_SOURCE has no effect any more");
  }

  @Test
  void theOperatorLeads() throws IOException {
    KubernetesSimulator kubernetes =
        resources.own(
            "Kubernetes",
            KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), PodRunner.idle()));
    places.put("KUBECONFIG", kubernetes.kubeconfig().toString());
    String admin = "127.0.0.1:" + freePort();
    Path log =
        start(
            io.macpool.operator.Main.class,
            "worker-operator",
            Map.of("WORKER_OPERATOR_ADMIN_ADDR", admin));
    await(log).until(() -> status("GET", admin, "/health/ready", "") == 200);
  }

  private VCenterSimulator vcenter() {
    VCenterSimulator vcenter =
        resources.own(
            "vCenter",
            VCenterSimulator.start(
                VCenterOptions.defaults()
                    .withHosts(1)
                    .withImages(BaseImage.of(Peers.IMAGE))
                    .withGuests(guests("127.75.0.1"))));
    URI url = vcenter.url();
    places.put(
        "VSPHERE",
        "%s://%s:%s@%s%s"
            .formatted(
                url.getScheme(),
                vcenter.user(),
                vcenter.password(),
                url.getAuthority(),
                url.getPath()));
    places.put("BASE_PATH", vcenter.basePath());
    places.put("VM_PATH", vcenter.vmPath());
    places.put("CLUSTER_PATH", vcenter.clusterPath());
    return vcenter;
  }

  private GuestFleet guests(String firstAddress) {
    return resources.own(
        "guests",
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress(firstAddress)));
  }

  private Path start(Class<?> main, String chart) throws IOException {
    return start(main, chart, Map.of());
  }

  /** Returns the file that it logs to. */
  private Path start(Class<?> main, String chart, Map<String, String> added, String... arguments)
      throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    try (InputStream in =
        GoStackChartsIT.class.getResourceAsStream("/go-stack/" + chart + ".env")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
        int equals = line.indexOf('=');
        String value = line.substring(equals + 1);
        for (Map.Entry<String, String> place : places.entrySet()) {
          value = value.replace("{" + place.getKey() + "}", place.getValue());
        }
        environment.put(line.substring(0, equals), value);
      }
    }
    environment.putAll(added);
    Path log = directory.resolve(chart + ".log");
    resources.own(chart, ServiceProcess.start(main, environment, log, arguments));
    return log;
  }

  private static ConditionFactory await(Path log) {
    return Awaitility.await(log.getFileName().toString()).atMost(PATIENCE).ignoreExceptions();
  }

  private static String lines(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int status(String method, String address, String path, String body) {
    return send(method, address, path, body).statusCode();
  }

  private String body(String address, String path) {
    return send("GET", address, path, "").body();
  }

  private HttpResponse<String> send(String method, String address, String path, String body) {
    String credentials =
        path.equals("/instances")
            ? "token " + TOKEN
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString("worker:worker".getBytes(StandardCharsets.UTF_8));
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://" + address + path))
              .header("Authorization", credentials)
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
