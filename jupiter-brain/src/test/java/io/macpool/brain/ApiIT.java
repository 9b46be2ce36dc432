package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.code;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.peer.ChartCounters;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiIT {

  private static BrainLab lab;

  @BeforeAll
  static void start() {
    lab =
        new BrainLab(VCenterOptions.defaults())
            .set("AUTH_TOKENS", "ci=first,ci=second")
            .set("ADMIN_ADDR", "")
            .start();
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static HttpResponse<String> as(String authorization, String method, String path)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(lab.url(path)).method(method, BodyPublishers.noBody());
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return lab.send(request.build());
  }

  @Test
  void tokensInBothFormsAndNoOthers() throws Exception {
    HttpResponse<String> none = as(null, "GET", "/instances");
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.headers().firstValue("WWW-Authenticate")).contains("token");
    assertThat(none.body()).contains("token is required");
    for (String wrong : List.of("token wrong", "token=wrong", "Bearer secret", "token", "secret")) {
      HttpResponse<String> refused = as(wrong, "GET", "/instances");
      assertThat(refused.statusCode()).as(wrong).isEqualTo(401);
      assertThat(refused.body()).contains("incorrect token");
    }
    for (String right : List.of("token secret", "token=secret", "token first", "token=second")) {
      assertThat(as(right, "GET", "/instances").statusCode()).as(right).isEqualTo(200);
    }
    assertThat(as("token only-looking", "GET", "/hosts").statusCode()).isEqualTo(200);
    assertThat(as("token only-looking", "POST", "/instance-syncs").statusCode()).isEqualTo(403);
    assertThat(as("token only-looking", "DELETE", "/instances/x").statusCode()).isEqualTo(403);
    assertThat(as(null, "GET", "/health/live").statusCode()).isEqualTo(200);
    assertThat(as(null, "GET", "/metrics").body()).contains("vsphere_calls_total");
  }

  @Test
  void bodiesAreCheckedInTheOldBrokersOrder() throws Exception {
    record Case(String body, int status, String code) {}
    for (Case c :
        List.of(
            new Case("", 400, "malformed"),
            new Case("{", 400, "malformed"),
            new Case("[]", 422, "missing-field"),
            new Case("{}", 422, "missing-field"),
            new Case("{\"data\":null}", 422, "missing-field"),
            new Case("{\"data\":7}", 400, "malformed"),
            new Case("{\"data\":{}}", 409, "incorrect-type"),
            new Case("{\"data\":{\"type\":\"vms\"}}", 409, "incorrect-type"),
            new Case("{\"data\":{\"type\":\"instances\"}}", 422, "missing-field"),
            new Case(order(""), 422, "missing-field"),
            new Case(order("nowhere"), 404, "unknown-image"),
            new Case(order("x".repeat(300)), 422, "invalid-field"),
            new Case(order(IMAGE).replace("}}", ",\"cpus\":-1}}"), 422, "invalid-field"),
            new Case(order(IMAGE).replace("}}", ",\"ram\":1e99}}"), 422, "invalid-field"),
            new Case(order(IMAGE).replace("}}", ",\"ram\":1207}}"), 422, "invalid-field"),
            new Case(order(IMAGE).replace("}}", ",\"cpus\":\"two\"}}"), 422, "invalid-field"))) {
      HttpResponse<String> response = lab.call("POST", "/instances", c.body());
      assertThat(response.statusCode()).as(c.body() + " " + response.body()).isEqualTo(c.status());
      assertThat(code(response)).as(c.body()).isEqualTo(c.code());
    }
    assertThat(lab.get("/instances?min_age=yesterday").statusCode()).isEqualTo(400);
    assertThat(lab.get("/instances/nobody").statusCode()).isEqualTo(404);
    assertThat(lab.get("/nowhere").statusCode()).isEqualTo(404);
    assertThat(lab.call("PATCH", "/instances", "{}").statusCode()).isEqualTo(405);
    assertThat(lab.call("POST", "/instances", " ".repeat(70_000)).statusCode()).isEqualTo(413);
  }

  @Test
  void aKeyMakesOneInstanceHoweverOftenItIsSent() throws Exception {
    HttpRequest request =
        lab.request("/instances")
            .header("Idempotency-Key", "job-17")
            .header("X-Request-ID", "trace-me")
            .POST(BodyPublishers.ofString(order(IMAGE)))
            .build();
    var first = lab.sendAsync(request);
    var second = lab.sendAsync(request);
    String id = id(first.get());
    assertThat(id(second.get())).isEqualTo(id);
    assertThat(first.get().headers().firstValue("X-Request-ID")).contains("trace-me");
    assertThat(id(lab.send(request))).isEqualTo(id);
    assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
    HttpResponse<String> anew = lab.send(request);
    assertThat(id(anew)).isNotEqualTo(id);
    assertThat(lab.call("DELETE", "/instances/" + id(anew), null).statusCode()).isEqualTo(204);
  }

  @Test
  void aCordonedHostGetsNothingUntilItIsLifted() throws Exception {
    String cordon =
        "{\"data\":{\"type\":\"cordons\",\"kind\":\"cordoned\",\"reason\":\"new disk\"}}";
    for (String host : lab.vcenter().hosts()) {
      assertThat(lab.call("PUT", "/hosts/" + host + "/cordon", cordon).statusCode()).isEqualTo(204);
    }
    HttpResponse<String> refused = lab.create();
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("4 cordoned");
    assertThat(lab.get("/hosts").body()).contains("new disk");
    for (String host : lab.vcenter().hosts()) {
      assertThat(lab.call("DELETE", "/hosts/" + host + "/cordon", null).statusCode())
          .isEqualTo(204);
    }
    HttpResponse<String> created = lab.create();
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(lab.call("DELETE", "/instances/" + id(created), null).statusCode()).isEqualTo(204);
    assertThat(lab.call("PUT", "/hosts/nowhere/cordon", cordon).statusCode()).isEqualTo(404);
    assertThat(
            lab.call("PUT", "/hosts/" + lab.vcenter().hosts().get(0) + "/cordon", "?").statusCode())
        .isEqualTo(422);
  }

  @Test
  void noiseNeverGetsAServerErrorNorAnInstance() throws Exception {
    Random random = new Random(42);
    HttpClient http = HttpClient.newHttpClient();
    String valid = order(IMAGE);
    for (int i = 0; i < 300; i++) {
      byte[] body = valid.getBytes(StandardCharsets.UTF_8);
      int edits = 1 + random.nextInt(4);
      for (int e = 0; e < edits; e++) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      HttpResponse<String> response =
          http.send(
              lab.request("/instances").POST(BodyPublishers.ofByteArray(body)).build(),
              BodyHandlers.ofString());
      String sent = new String(body, StandardCharsets.ISO_8859_1);
      if (response.statusCode() == 201) {
        lab.call("DELETE", "/instances/" + id(response), null);
      } else {
        assertThat(response.statusCode()).as(sent + response.body()).isBetween(400, 499);
      }
    }
    String deep = "{\"data\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";
    assertThat(lab.call("POST", "/instances", deep).statusCode()).isEqualTo(400);
    assertThat(lab.vcenter().clones()).isEmpty();
    assertThat(data(lab.get("/instances"))).isEmpty();
  }

  @Test
  void brokenHttpIsAnsweredOrCutOffButNeverHeld() throws Exception {
    for (String noise :
        List.of(
            "GARBAGE\r\n\r\n",
            "GET /" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /instances HTTP/1.1\r\nX: " + "a".repeat(40_000) + "\r\n\r\n",
            String.join(
                "\r\n",
                "POST /instances HTTP/1.1",
                "Authorization: token secret",
                "Content-Length: x",
                "",
                ""))) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), lab.url("/").getPort())) {
        socket.setSoTimeout(5_000);
        socket.getOutputStream().write(noise.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        InputStream in = socket.getInputStream();
        String answer = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
        assertThat(answer).as(noise.substring(0, 10)).matches("|HTTP/1\\.[01] 4\\d\\d");
      }
    }
    assertThat(lab.get("/instances").statusCode()).isEqualTo(200);
  }

  @Test
  void everyCounterOfAlertsAndBoardsIsThereFromTheStart() throws Exception {
    try (BrainLab fresh = new BrainLab(VCenterOptions.defaults()).start()) {
      assertThat(
              ChartCounters.missing(
                  Path.of("../charts/jupiter-brain"), fresh.get("/metrics").body()))
          .isEmpty();
    }
  }
}
