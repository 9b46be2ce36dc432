package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.code;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.BrokerJson;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may do what, and what is said to whoever may not, or can't be understood. */
class RolesIT {

  private static BrainLab lab;

  @BeforeAll
  static void start() {
    lab =
        new BrainLab(VCenterOptions.defaults())
            .set("AUTH_TOKENS", "ci=ci-token,other=other-token")
            .set("ADMIN_TOKENS", "root=root-token")
            .start();
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static HttpResponse<String> as(String token, String method, String path, String body)
      throws Exception {
    return lab.send(
        HttpRequest.newBuilder(lab.url(path))
            .timeout(BrainLab.PATIENCE)
            .header("Authorization", "token " + token)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build());
  }

  private static List<String> warnings(HttpResponse<String> answer) throws IOException {
    JsonNode warnings = BrokerJson.mapper().readTree(answer.body()).at("/meta/warnings");
    return BrokerJson.mapper()
        .convertValue(
            warnings,
            BrokerJson.mapper().getTypeFactory().constructCollectionType(List.class, String.class));
  }

  @Test
  void aClientDestroysItsOwnAndAnAdministratorEverything() throws Exception {
    String own = id(as("ci-token", "POST", "/instances", order(IMAGE)));
    String path = "/instances/" + own;
    HttpResponse<String> refused = as("other-token", "DELETE", path, null);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(code(refused)).isEqualTo("not-yours");
    assertThat(as("other-token", "GET", path, null).statusCode()).isEqualTo(200);
    assertThat(as("other-token", "DELETE", "/instances/none", null).statusCode()).isEqualTo(404);
    assertThat(as("ci-token", "DELETE", path, null).statusCode()).isEqualTo(204);
    for (String administrator : List.of("root-token", "secret")) {
      String made = id(as("ci-token", "POST", "/instances", order(IMAGE)));
      assertThat(as(administrator, "DELETE", "/instances/" + made, null).statusCode())
          .isEqualTo(204);
    }
  }

  @Test
  void hostsAreForAdministratorsAndACordonTellsWhoAndWhen() throws Exception {
    String path = "/hosts/" + lab.vcenter().hosts().get(0) + "/cordon";
    String body =
        "{\"data\":{\"type\":\"cordons\",\"kind\":\"cordoned\",\"reason\":\"disk\",\"till\":1}}";
    for (String method : List.of("PUT", "DELETE")) {
      HttpResponse<String> refused = as("ci-token", method, path, body);
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(code(refused)).isEqualTo("admin-only");
    }
    assertThat(as("ci-token", "POST", "/instance-syncs", null).statusCode()).isEqualTo(403);
    Instant before = Instant.now().minusSeconds(5);
    HttpResponse<String> cordoned = as("root-token", "PUT", path, body);
    assertThat(cordoned.statusCode()).isEqualTo(200);
    assertThat(warnings(cordoned)).containsExactly("data.till is not known and has no effect");
    JsonNode host =
        BrokerJson.mapper().readTree(as("ci-token", "GET", "/hosts", null).body()).at("/data/0");
    assertThat(host.path("cordoned-by").asText()).isEqualTo("root");
    assertThat(Instant.parse(host.path("cordoned-since").asText())).isAfter(before);
    assertThat(as("root-token", "DELETE", path, null).statusCode()).isEqualTo(204);
    String bare = "{\"data\":{\"type\":\"cordons\",\"kind\":\"cordoned\",\"reason\":7}}";
    assertThat(as("root-token", "PUT", path, bare).statusCode()).isEqualTo(422);
    assertThat(as("root-token", "PUT", path, "{\"data\":{}}").statusCode()).isEqualTo(422);
  }

  @Test
  void membersWithoutEffectAreNamed() throws Exception {
    HttpResponse<String> made =
        as(
            "ci-token",
            "POST",
            "/instances",
            order(IMAGE).replace("}}", ",\"colour\":\"red\"},\"extra\":{}}"));
    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(warnings(made))
        .containsExactly(
            "extra is not known and has no effect", "data.colour is not known and has no effect");
    assertThat(as("ci-token", "DELETE", "/instances/" + id(made), null).statusCode())
        .isEqualTo(204);
    HttpResponse<String> plain = as("ci-token", "POST", "/instances", order(IMAGE));
    assertThat(plain.body()).doesNotContain("meta");
    as("ci-token", "DELETE", "/instances/" + id(plain), null);
  }

  @Test
  void aLeaseThatNobodyHoldsHoldsNothing() throws Exception {
    HttpRequest.Builder create =
        lab.request("/instances")
            .header("Macpool-Lease", "never-taken")
            .POST(BodyPublishers.ofString(order(IMAGE)));
    HttpResponse<String> refused = lab.send(create.build());
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(code(refused)).isEqualTo("unknown-lease");
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(lab.call("DELETE", "/leases/a%20b", null).statusCode()).isEqualTo(422);
    String lease = "{\"data\":{\"type\":\"leases\",\"duration\":\"30s\"}}";
    assertThat(lab.call("PUT", "/leases/never-taken", lease).statusCode()).isEqualTo(200);
    HttpResponse<String> made = lab.send(create.build());
    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(lab.call("DELETE", "/leases/never-taken", null).statusCode()).isEqualTo(204);
    lab.awaitClones(0);
  }

  @Test
  void whatNoInstanceCanBeCalledIsNotFoundAndWhatIsNoPathIsRefused() throws Exception {
    for (String path : List.of("/instances/%00", "/instances/a%0ab", "/hosts/%00/cordon")) {
      for (String method : List.of("GET", "DELETE")) {
        int status = as("root-token", method, path, null).statusCode();
        assertThat(status).as(method + path).isIn(404, 405);
      }
    }
    for (String path : List.of("/instances/%zz", "/%", "/instances?min_age=%f")) {
      String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(answer).as(path).startsWith("HTTP/1.1 400").contains("\"bad-request\"");
    }
  }

  /** The HTTP library closes the connection by itself, with an answer or without. */
  @Test
  void aBodyWhoseChunksAreNoneIsCutOffAtOnce() throws Exception {
    String head =
        String.join(
            "\r\n",
            "POST /instances HTTP/1.1",
            "Host: x",
            "Authorization: token ci-token",
            "Transfer-Encoding: chunked",
            "",
            "");
    for (String body : List.of("zz\r\nabc\r\n0\r\n\r\n", "ffffffffffff\r\n", "-1\r\n\r\n")) {
      assertThat(raw(head + body)).as(body).matches("(?s)|HTTP/1.1 400.*bad-request.*");
    }
  }

  @Test
  void whatAStrangerMakesUpIsNoTag() throws Exception {
    for (int i = 0; i < 3; i++) {
      lab.send(
          HttpRequest.newBuilder(lab.url("/instances"))
              .method("WARMUP" + i, BodyPublishers.noBody())
              .build());
    }
    long lines = lab.get("/metrics").body().lines().count();
    for (int i = 0; i < 200; i++) {
      lab.send(
          HttpRequest.newBuilder(lab.url("/made-up-" + i))
              .header("X-Request-ID", "id-" + i)
              .method("MADEUP" + i, BodyPublishers.noBody())
              .build());
    }
    String metrics = lab.get("/metrics").body();
    assertThat(metrics).doesNotContain("MADEUP").doesNotContain("made-up");
    assertThat(metrics.lines().count()).isLessThanOrEqualTo(lines + 20);
    assertThat(metrics).contains("http_server_refusals_total{code=\"token-required\"}");
  }

  @Test
  void aMethodThatAPathDoesNotKnowNamesThoseThatItDoes() throws Exception {
    HttpResponse<String> refused = as("ci-token", "PATCH", "/instances/x", "{}");
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(refused.headers().firstValue("Allow")).contains("DELETE, GET");
    assertThat(data(lab.get("/instances"))).isNotNull();
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), lab.url("/").getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
