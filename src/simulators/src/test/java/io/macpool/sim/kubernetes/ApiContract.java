package io.macpool.sim.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.RawClient.Answer;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of the API's verbs: true of our simulator and of a real API server. */
abstract class ApiContract {

  private static final String WIDGETS = "/apis/example.com/v1/namespaces/ci/widgets";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/ci/deployments";

  private RawClient api;

  /** A cluster with namespace {@code ci} and the definition of {@link Widgets}. */
  abstract RawClient connect();

  @BeforeEach
  void clean() throws Exception {
    api = connect();
    api.delete(WIDGETS, "");
    api.delete(DEPLOYMENTS, "");
  }

  private Answer create(String name, String spec) throws Exception {
    return api.post(WIDGETS, Widgets.widget(name, spec));
  }

  private static String version(JsonNode object) {
    return object.path("metadata").path("resourceVersion").asText();
  }

  @Test
  void createFillsMetadataAndDefaultsAndRefusesTwice() throws Exception {
    Answer created = create("a", "{\"size\":1}");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.body().path("metadata").path("generation").asInt()).isEqualTo(1);
    assertThat(created.body().path("metadata").path("uid").asText()).isNotEmpty();
    assertThat(created.body().path("spec").path("color").asText()).isEqualTo("red");
    Answer twice = create("a", "{\"size\":1}");
    assertThat(twice.status()).isEqualTo(409);
    assertThat(twice.body().path("reason").asText()).isEqualTo("AlreadyExists");
  }

  @Test
  void schemaViolationsAreRefusedByName() throws Exception {
    Answer refused = create("a", "{\"size\":-1,\"color\":\"green\"}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.body().path("message").asText())
        .contains("spec.size")
        .contains("spec.color");
    assertThat(create("a", "{}").body().path("message").asText())
        .contains("spec.size: Required value");
  }

  @Test
  void unknownMembersArePruned() throws Exception {
    assertThat(create("a", "{\"size\":1,\"bogus\":2}").body().path("spec").has("bogus")).isFalse();
  }

  @Test
  void unknownMembersAreRefusedIfThatIsAskedFor() throws Exception {
    String strict = "?fieldValidation=Strict";
    Answer refused = api.post(WIDGETS + strict, Widgets.widget("a", "{\"size\":1,\"bogus\":2}"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().path("message").asText()).contains("unknown field \"spec.bogus\"");
    assertThat(api.post(WIDGETS + strict, Widgets.widget("a", "{\"size\":1}")).status())
        .isEqualTo(201);
    String patch = "{\"spec\":{\"bogus\":2}}";
    Answer patched = api.patch(WIDGETS + "/a" + strict, "merge-patch+json", patch);
    assertThat(patched.status() / 100).as(patched.body().toString()).isEqualTo(4);
    assertThat(patched.body().path("message").asText()).contains("unknown field \"spec.bogus\"");
  }

  @Test
  void aStaleVersionConflicts() throws Exception {
    JsonNode first = create("a", "{\"size\":1}").body();
    String stale = first.toString();
    assertThat(api.put(WIDGETS + "/a", stale.replace("\"size\":1", "\"size\":2")).status())
        .isEqualTo(200);
    Answer conflict = api.put(WIDGETS + "/a", stale.replace("\"size\":1", "\"size\":3"));
    assertThat(conflict.status()).isEqualTo(409);
    assertThat(conflict.body().path("reason").asText()).isEqualTo("Conflict");
  }

  @Test
  void statusAndSpecAreOutOfEachOthersReach() throws Exception {
    JsonNode first = create("a", "{\"size\":1}").body();
    Answer status =
        api.patch(
            WIDGETS + "/a/status",
            "merge-patch+json",
            "{\"status\":{\"size\":1},\"spec\":{\"size\":9}}");
    assertThat(status.body().path("status").path("size").asInt()).isEqualTo(1);
    assertThat(status.body().path("spec").path("size").asInt()).isEqualTo(1);
    assertThat(status.body().path("metadata").path("generation").asInt()).isEqualTo(1);
    assertThat(version(status.body())).isNotEqualTo(version(first));
    Answer spec =
        api.patch(
            WIDGETS + "/a", "merge-patch+json", "{\"status\":{\"size\":7},\"spec\":{\"size\":2}}");
    assertThat(spec.body().path("status").path("size").asInt()).isEqualTo(1);
    assertThat(spec.body().path("metadata").path("generation").asInt()).isEqualTo(2);
  }

  @Test
  void aChangeThatChangesNothingIsNoChange() throws Exception {
    JsonNode first = create("a", "{\"size\":1}").body();
    Answer same = api.patch(WIDGETS + "/a", "merge-patch+json", "{\"spec\":{\"size\":1}}");
    assertThat(version(same.body())).isEqualTo(version(first));
    Answer put = api.put(WIDGETS + "/a", first.toString());
    assertThat(version(put.body())).isEqualTo(version(first));
  }

  @Test
  void scaleReadsAndWritesTheNumberAlone() throws Exception {
    create("a", "{\"size\":1,\"color\":\"blue\"}");
    Answer read = api.get(WIDGETS + "/a/scale");
    assertThat(read.body().path("kind").asText()).isEqualTo("Scale");
    assertThat(read.body().path("spec").path("replicas").asInt()).isEqualTo(1);
    Answer scaled =
        api.patch(WIDGETS + "/a/scale", "merge-patch+json", "{\"spec\":{\"replicas\":5}}");
    assertThat(scaled.status()).isEqualTo(200);
    JsonNode spec = api.get(WIDGETS + "/a").body().path("spec");
    assertThat(spec.path("size").asInt()).isEqualTo(5);
    assertThat(spec.path("color").asText()).isEqualTo("blue");
  }

  @Test
  void finalizersKeepADeletedObject() throws Exception {
    api.post(
        WIDGETS,
        Widgets.widget("a", "{\"size\":1}").replace("\"ci\"}", "\"ci\",\"finalizers\":[\"x/y\"]}"));
    Answer deleted = api.delete(WIDGETS + "/a", "");
    assertThat(deleted.body().path("metadata").has("deletionTimestamp")).isTrue();
    assertThat(api.get(WIDGETS + "/a").status()).isEqualTo(200);
    api.patch(WIDGETS + "/a", "merge-patch+json", "{\"metadata\":{\"finalizers\":null}}");
    assertThat(api.get(WIDGETS + "/a").status()).isEqualTo(404);
  }

  @Test
  void deletionPreconditionsHold() throws Exception {
    JsonNode first = create("a", "{\"size\":1}").body();
    assertThat(api.delete(WIDGETS + "/a", "{\"preconditions\":{\"uid\":\"other\"}}").status())
        .isEqualTo(409);
    String uid = first.path("metadata").path("uid").asText();
    assertThat(api.delete(WIDGETS + "/a", "{\"preconditions\":{\"uid\":\"" + uid + "\"}}").status())
        .isEqualTo(200);
  }

  @Test
  void selectorsSelect() throws Exception {
    create("a", "{\"size\":1}");
    create("b", "{\"size\":2}");
    api.patch(WIDGETS + "/a", "merge-patch+json", "{\"metadata\":{\"labels\":{\"team\":\"x\"}}}");
    assertThat(names("?labelSelector=team%3Dx")).containsExactly("a");
    assertThat(names("?labelSelector=team%20notin%20(x,y)")).containsExactly("b");
    assertThat(names("?labelSelector=!team")).containsExactly("b");
    assertThat(names("?fieldSelector=metadata.name%3Db")).containsExactly("b");
    assertThat(api.get(WIDGETS + "?labelSelector=a%20b%20c").status()).isEqualTo(400);
  }

  private List<String> names(String query) throws Exception {
    return api.get(WIDGETS + query).body().path("items").findValuesAsText("name").stream()
        .distinct()
        .toList();
  }

  @Test
  void strategicMergeKnowsTheKeysOfLists() throws Exception {
    api.post(
        DEPLOYMENTS,
        """
        {"metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},
         "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[
          {"name":"a","image":"a:1","env":[{"name":"X","value":"1"}]},{"name":"b","image":"b:1"}]}}}}
        """);
    Answer patched =
        api.patch(
            DEPLOYMENTS + "/d",
            "strategic-merge-patch+json",
            """
            {"spec":{"template":{"spec":{"containers":[
              {"name":"a","env":[{"name":"Y","value":"2"}]},{"name":"b","$patch":"delete"}]}}}}
            """);
    JsonNode containers =
        patched.body().path("spec").path("template").path("spec").path("containers");
    assertThat(containers).hasSize(1);
    assertThat(containers.get(0).path("image").asText()).isEqualTo("a:1");
    assertThat(containers.get(0).path("env").findValuesAsText("name"))
        .containsExactlyInAnyOrder("X", "Y");
    create("w", "{\"size\":1}");
    assertThat(api.patch(WIDGETS + "/w", "strategic-merge-patch+json", "{}").status())
        .isEqualTo(415);
  }

  @Test
  void jsonPatchAndItsTest() throws Exception {
    create("a", "{\"size\":1}");
    String replace = "[{\"op\":\"%s\",\"path\":\"/spec/size\",\"value\":%d}]";
    assertThat(
            api.patch(WIDGETS + "/a", "json-patch+json", replace.formatted("replace", 4))
                .body()
                .path("spec")
                .path("size")
                .asInt())
        .isEqualTo(4);
    assertThat(api.patch(WIDGETS + "/a", "json-patch+json", replace.formatted("test", 5)).status())
        .isEqualTo(422);
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    Answer missing = api.get(WIDGETS + "/nobody");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.body().path("message").asText())
        .isEqualTo("widgets.example.com \"nobody\" not found");
    assertThat(api.get("/apis/example.com/v2/widgets").status()).isEqualTo(404);
    assertThat(api.post(WIDGETS, "{not json").status()).isEqualTo(400);
  }

  @Test
  void aDryRunKeepsNothing() throws Exception {
    assertThat(api.post(WIDGETS + "?dryRun=All", Widgets.widget("dry", "{\"size\":1}")).status())
        .isEqualTo(201);
    assertThat(api.get(WIDGETS + "/dry").status()).isEqualTo(404);
    create("wet", "{\"size\":1}");
    assertThat(api.delete(WIDGETS + "/wet", "{\"dryRun\":[\"All\"]}").status()).isEqualTo(200);
    assertThat(api.delete(WIDGETS + "/wet?dryRun=All", "").status()).isEqualTo(200);
    assertThat(api.get(WIDGETS + "/wet").status()).isEqualTo(200);
  }

  @Test
  void aNamespaceThatIsDeletedStaysUntilItIsEmptyAndTakesNothingNew() throws Exception {
    String name = "going-" + System.nanoTime();
    String namespaces = "/api/v1/namespaces";
    String widgets = WIDGETS.replace("/ci/", "/" + name + "/");
    String named = "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}";
    assertThat(api.post(namespaces, named.formatted(name)).status()).isEqualTo(201);
    ObjectNode held = (ObjectNode) new ObjectMapper().readTree(widgetIn(name, "a"));
    held.withObjectProperty("metadata").putArray("finalizers").add("example.com/hold");
    assertThat(api.post(widgets, held.toString()).status()).isEqualTo(201);
    assertThat(api.post(widgets, widgetIn(name, "b")).status()).isEqualTo(201);
    api.delete(namespaces + "/" + name, "");
    eventually(
        () -> {
          JsonNode namespace = api.get(namespaces + "/" + name).body();
          assertThat(namespace.path("metadata").has("deletionTimestamp")).isTrue();
          assertThat(namespace.path("status").path("phase").asText()).isEqualTo("Terminating");
          assertThat(api.get(widgets + "/b").status()).isEqualTo(404);
        });
    Answer refused = api.post(widgets, widgetIn(name, "c"));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body().path("message").asText()).contains("because it is being terminated");
    assertThat(api.get(widgets + "/a").status()).isEqualTo(200);
    api.patch(widgets + "/a", "merge-patch+json", "{\"metadata\":{\"finalizers\":null}}");
    eventually(() -> assertThat(api.get(namespaces + "/" + name).status()).isEqualTo(404));
  }

  private static String widgetIn(String namespace, String name) {
    return Widgets.widget(name, "{\"size\":1}").replace("\"ci\"", "\"" + namespace + "\"");
  }

  private static void eventually(ThrowingRunnable assertion) {
    await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
  }
}
