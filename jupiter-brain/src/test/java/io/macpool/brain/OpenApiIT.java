package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Calls every operation of the OpenAPI document and checks each answer against it. */
class OpenApiIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Set<String> called = new HashSet<>();
  private JsonNode document;
  private BrainLab lab;

  @Test
  void everyOperationAnswersAsDescribed() throws Exception {
    try (BrainLab started = new BrainLab(VCenterOptions.defaults()).start()) {
      lab = started;
      document = JSON.readTree(lab.get("/openapi.json").body());
      assertThat(document.get("openapi").asText()).startsWith("3.1");

      call("post", "/instances", "/instances", "{", 400);
      call("post", "/instances", "/instances", order("none"), 404);
      call("post", "/instances", "/instances", "{\"data\":{\"type\":\"x\"}}", 409);
      call("post", "/instances", "/instances", "{}", 422);
      String id = id(call("post", "/instances", "/instances", order(IMAGE), 201));
      call("get", "/instances", "/instances", null, 200);
      call("get", "/instances", "/instances?min_age=x", null, 400);
      call("get", "/instances/{id}", "/instances/" + id, null, 200);
      call("get", "/capacity", "/capacity", null, 200);
      call("get", "/images", "/images", null, 200);
      call("get", "/hosts", "/hosts", null, 200);
      String host = "/hosts/" + lab.vcenter().hosts().get(0) + "/cordon";
      String cordon = "{\"data\":{\"type\":\"cordons\",\"kind\":\"draining\",\"reason\":\"r\"}}";
      call("put", "/hosts/{id}/cordon", host, cordon, 204);
      call("put", "/hosts/{id}/cordon", host, "{}", 422);
      call("get", "/hosts", "/hosts", null, 200);
      call("delete", "/hosts/{id}/cordon", host, null, 204);
      String lease = "{\"data\":{\"type\":\"leases\",\"duration\":\"30s\"}}";
      call("put", "/leases/{id}", "/leases/worker-1", lease, 200);
      call("put", "/leases/{id}", "/leases/worker-1", lease.replace("30s", "30 years"), 422);
      call("get", "/leases/{id}/instances", "/leases/worker-1/instances", null, 200);
      call("get", "/leases/{id}/instances", "/leases/worker%201/instances", null, 422);
      call("delete", "/leases/{id}", "/leases/worker-1", null, 204);
      call("post", "/instance-syncs", "/instance-syncs", null, 204);
      call("delete", "/instances/{id}", "/instances/" + id, null, 204);
      call("delete", "/instances/{id}", "/instances/" + id, null, 404);
      call("get", "/instances/{id}", "/instances/" + id, null, 404);
      for (String open :
          new String[] {"/openapi.json", "/health/live", "/health/ready", "/metrics", "/info"}) {
        call("get", open, open, null, 200);
      }
      follow(id);
      assertThat(called).containsExactlyInAnyOrderElementsOf(described());
    }
  }

  /** Whoever has no token, or one that may only read, is told so by every operation. */
  @Test
  void everyOperationIsGuardedAsDescribed() throws Exception {
    try (BrainLab started = new BrainLab(VCenterOptions.defaults()).start()) {
      document = JSON.readTree(started.get("/openapi.json").body());
      for (String operation : described()) {
        String[] parts = operation.split(" ", -1);
        JsonNode answers = document.at("/paths").path(parts[1]).path(parts[0]).path("responses");
        HttpRequest.Builder request =
            HttpRequest.newBuilder(started.url(parts[1].replace("{id}", "some-id")))
                .timeout(BrainLab.PATIENCE)
                .method(parts[0].toUpperCase(Locale.ROOT), BodyPublishers.noBody());
        if (answers.has("401")) {
          assertThat(started.send(request.build()).statusCode()).as(operation).isEqualTo(401);
        }
        if (answers.has("403")) {
          request.header("Authorization", "token only-looking");
          assertThat(started.send(request.build()).statusCode()).as(operation).isEqualTo(403);
        }
      }
    }
  }

  @Test
  void theDocumentMovesToThePortOfHealthIfThatHasOne() throws Exception {
    try (BrainLab started = new BrainLab(VCenterOptions.defaults())) {
      started.set("ADMIN_ADDR", "127.0.0.1:0").startUnready();
      assertThat(started.get("/openapi.json").statusCode()).isEqualTo(404);
      assertThat(started.get("/health/live").statusCode()).isEqualTo(404);
      HttpResponse<String> moved =
          started.send(HttpRequest.newBuilder(started.adminUrl("/openapi.json")).build());
      assertThat(moved.statusCode()).isEqualTo(200);
      assertThat(JSON.readTree(moved.body()).at("/paths").size()).isPositive();
    }
  }

  /** Events don't end, so only their beginning is read. */
  private void follow(String before) throws Exception {
    String id = id(lab.create());
    HttpResponse<java.io.InputStream> response =
        java.net.http.HttpClient.newHttpClient()
            .send(lab.request("/events").build(), BodyHandlers.ofInputStream());
    try (java.io.InputStream in = response.body()) {
      StringBuilder seen = new StringBuilder();
      while (seen.indexOf("event: instance") < 0 || seen.indexOf(id) < 0) {
        int next = in.read();
        assertThat(next).isNotNegative();
        seen.append((char) next);
      }
      assertThat(seen).doesNotContain(before);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      while (seen.indexOf("event: gone") < 0) {
        seen.append(new String(in.readNBytes(1), StandardCharsets.UTF_8));
      }
    }
    called.add("get /events");
  }

  private HttpResponse<String> call(
      String method, String template, String path, String body, int expected) throws Exception {
    HttpResponse<String> response = lab.call(method.toUpperCase(Locale.ROOT), path, body);
    String what = method + " " + path + ": " + response.body();
    assertThat(response.statusCode()).as(what).isEqualTo(expected);
    called.add(method + " " + template);
    JsonNode described =
        resolve(
            document
                .at("/paths")
                .path(template)
                .path(method)
                .path("responses")
                .path(Integer.toString(expected)));
    assertThat(described.isMissingNode()).as(what + " is not described").isFalse();
    JsonNode content = described.path("content");
    if (content.isMissingNode()) {
      assertThat(response.body()).as(what).isEmpty();
      return response;
    }
    String type = content.fieldNames().next();
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValueSatisfying(given -> assertThat(given).startsWith(type));
    if (type.contains("json")) {
      ObjectNode schema = JSON.createObjectNode();
      schema.set("components", document.get("components"));
      schema.setAll((ObjectNode) content.get(type).get("schema"));
      Set<ValidationMessage> faults =
          JsonSchemaFactory.getInstance(VersionFlag.V202012)
              .getSchema(schema)
              .validate(JSON.readTree(response.body()));
      assertThat(faults).as(what).isEmpty();
    }
    return response;
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
  }

  private Set<String> described() {
    Set<String> operations = new HashSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> {
                          if (!method.equals("parameters")) {
                            operations.add(method + " " + path.getKey());
                          }
                        }));
    return operations;
  }
}
