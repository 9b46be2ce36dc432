package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.brain.lifecycle.execution.CrashPoint;
import io.macpool.broker.BrokerJson;
import io.macpool.service.setting.Settings;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** A simulated vCenter, or none, and a broker in front of it, each to be stopped and started. */
final class BrainLab implements AutoCloseable {

  static final String IMAGE = "macos-15-xcode-16";
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Optional<VCenterSimulator> vcenter;
  private final Map<String, String> environment = new HashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private JupiterBrain brain;

  BrainLab(VCenterOptions options) {
    this(Optional.of(VCenterSimulator.start(options)));
  }

  private BrainLab(Optional<VCenterSimulator> vcenter) {
    this.vcenter = vcenter;
    set("ADDR", "127.0.0.1:0");
    set("AUTH_TOKEN", "secret");
    set("READ_TOKENS", "dashboard=only-looking");
    vcenter.ifPresent(this::with);
    set("RECONCILE_INTERVAL", "300ms");
    set("DRAIN_TIMEOUT", "500ms");
  }

  /** A broker that is told of no vCenter. */
  static BrainLab withoutVCenter() {
    return new BrainLab(Optional.empty());
  }

  /** Tells the broker of a vCenter, whoever closes that. */
  BrainLab with(VCenterSimulator told) {
    set("VSPHERE_API_URL", withLogin(told));
    set("VSPHERE_THUMBPRINT", told.thumbprint());
    set("VSPHERE_BASE_PATH", told.basePath());
    set("VSPHERE_VM_PATH", told.vmPath());
    set("VSPHERE_CLUSTER_PATH", told.clusterPath());
    return set("VSPHERE_CALL_TIMEOUT", "5s");
  }

  /** From its next start the broker knows of no vCenter. */
  void forgetVCenter() {
    environment.keySet().removeIf(name -> name.startsWith("JUPITER_BRAIN_VSPHERE_"));
  }

  static String withLogin(VCenterSimulator vcenter) {
    return vcenter
        .url()
        .toString()
        .replace(
            "https://",
            "https://" + vcenter.user().replace("@", "%40") + ":" + vcenter.password() + "@");
  }

  BrainLab set(String setting, String value) {
    environment.put("JUPITER_BRAIN_" + setting, value);
    return this;
  }

  Map<String, String> environment() {
    return environment;
  }

  Settings settings() {
    return BrainSettings.SPEC.read(List.of(), environment);
  }

  /** Starts the broker and waits until it is ready. */
  BrainLab start() {
    startUnready();
    awaitReady();
    return this;
  }

  BrainLab startUnready() {
    return startUnready(CrashPoint.NONE);
  }

  BrainLab startUnready(CrashPoint checkpoint) {
    brain = JupiterBrain.start(settings(), checkpoint);
    return this;
  }

  void awaitReady() {
    Awaitility.await("ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> call("GET", "/health/ready", null).statusCode() == 200 && slots() > 0);
  }

  /** As {@link #awaitReady}, for a broker whose inventory is stale between two polls. */
  void awaitReadyWithoutSlots() {
    Awaitility.await("a create works")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> create().statusCode() == 201);
  }

  private int slots() throws Exception {
    return data(get("/capacity")).get(0).get("slots").get("total").asInt();
  }

  void stop() {
    brain.close();
    brain = null;
  }

  /** As {@link #stop}, while calls go on until the port is closed. */
  void stopDraining() {
    brain.close();
  }

  VCenterSimulator vcenter() {
    return vcenter.orElseThrow();
  }

  URI url(String path) {
    return URI.create("http://127.0.0.1:" + brain.port() + path);
  }

  URI adminUrl(String path) {
    return URI.create("http://127.0.0.1:" + brain.adminPort() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url(path))
        .timeout(Duration.ofSeconds(60))
        .header("Authorization", "token secret");
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
    return http.sendAsync(request, BodyHandlers.ofString());
  }

  HttpResponse<String> call(String method, String path, String body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return call("GET", path, null);
  }

  static String order(String image) {
    return "{\"data\":{\"type\":\"instances\",\"base-image\":\"" + image + "\"}}";
  }

  HttpResponse<String> create() throws IOException, InterruptedException {
    return call("POST", "/instances", order(IMAGE));
  }

  CompletableFuture<HttpResponse<String>> createAsync(String image) {
    return sendAsync(request("/instances").POST(BodyPublishers.ofString(order(image))).build());
  }

  static JsonNode data(HttpResponse<String> response) throws IOException {
    return BrokerJson.mapper().readTree(response.body()).get("data");
  }

  static String id(HttpResponse<String> response) throws IOException {
    return data(response).get(0).get("id").asText();
  }

  static String code(HttpResponse<String> response) throws IOException {
    return BrokerJson.mapper().readTree(response.body()).get("errors").get(0).get("code").asText();
  }

  String readiness() throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(url("/health/ready")).build()).body();
  }

  /** The id of a new instance whose UUID is on record; needs {@code DATABASE_URL}. */
  String createKnown() throws Exception {
    String id = id(create());
    try (Connection connection =
            ForgottenIntentIT.connect(environment.get("JUPITER_BRAIN_DATABASE_URL"));
        PreparedStatement uuids =
            connection.prepareStatement(
                "SELECT 1 FROM jupiter_brain.instances WHERE id = ? AND vm_uuid IS NOT NULL")) {
      uuids.setString(1, id);
      Awaitility.await("its UUID is on record")
          .atMost(PATIENCE)
          .until(() -> uuids.executeQuery().next());
    }
    return id;
  }

  /** The VM still runs, and its owner can reach it, for longer than any judgement takes. */
  void assertKept(String id, Duration time) {
    Awaitility.await(id + " is kept")
        .atMost(time.plus(PATIENCE))
        .during(time)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              assertThat(get("/instances/" + id).statusCode()).isEqualTo(200);
              assertThat(vcenter().clones())
                  .anyMatch(m -> m.original().equals(id) && m.poweredOn());
            });
  }

  void awaitClones(int count) {
    Awaitility.await(count + " clones in vCenter")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> vcenter().clones().size() == count);
  }

  @Override
  public void close() {
    if (brain != null) {
      brain.close();
    }
    vcenter.ifPresent(VCenterSimulator::close);
  }
}
