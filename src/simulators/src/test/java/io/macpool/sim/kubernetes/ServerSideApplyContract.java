package io.macpool.sim.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.kubernetes.RawClient.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Server-side apply: true of our simulator and of a real API server. */
abstract class ServerSideApplyContract {

  private static final String WIDGET = "/apis/example.com/v1/namespaces/ci/widgets/a";
  private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/ci/deployments/d";

  private RawClient api;

  /** A cluster with namespace {@code ci} and the definition of {@link Widgets}. */
  abstract RawClient connect();

  @BeforeEach
  void clean() throws Exception {
    api = connect();
    api.delete(WIDGET, "");
    api.delete(DEPLOYMENT, "");
  }

  private Answer apply(String manager, String spec) throws Exception {
    return api.apply(WIDGET, manager, Widgets.widget("a", spec));
  }

  @Test
  void createsThenChangesNothing() throws Exception {
    Answer first = apply("op", "{\"size\":1}");
    assertThat(first.status()).isEqualTo(201);
    JsonNode entry = first.body().path("metadata").path("managedFields").path(0);
    assertThat(entry.path("manager").asText()).isEqualTo("op");
    assertThat(entry.path("operation").asText()).isEqualTo("Apply");
    assertThat(entry.path("fieldsV1").toString()).isEqualTo("{\"f:spec\":{\"f:size\":{}}}");
    Answer second = apply("op", "{\"size\":1}");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.body()).isEqualTo(first.body());
  }

  @Test
  void whatIsNoLongerAppliedGoesUnlessAnotherAppliesIt() throws Exception {
    apply("op", "{\"size\":1,\"tags\":[\"x\"],\"color\":\"blue\"}");
    apply("person", "{\"size\":1,\"color\":\"blue\"}");
    JsonNode spec = apply("op", "{\"size\":1}").body().path("spec");
    assertThat(spec.has("tags")).isFalse();
    assertThat(spec.path("color").asText()).isEqualTo("blue");
  }

  @Test
  void anotherAppliersFieldConflictsUnlessForced() throws Exception {
    apply("op", "{\"size\":1}");
    Answer conflict = apply("person", "{\"size\":2}");
    assertThat(conflict.status()).isEqualTo(409);
    assertThat(conflict.body().path("message").asText())
        .isEqualTo("Apply failed with 1 conflict: conflict with \"op\": .spec.size");
    Answer forced =
        api.patch(
            WIDGET + "?fieldManager=person&force=true",
            "apply-patch+yaml",
            Widgets.widget("a", "{\"size\":2}"));
    assertThat(forced.body().path("spec").path("size").asInt()).isEqualTo(2);
  }

  @Test
  void severalConflictsAreListedByManager() throws Exception {
    apply("op", "{\"size\":1,\"color\":\"red\"}");
    apply("chart", "{\"size\":1}");
    Answer conflict = apply("person", "{\"size\":2,\"color\":\"blue\"}");
    assertThat(conflict.body().path("message").asText())
        .startsWith("Apply failed with 3 conflicts: conflicts with \"chart\":\n- .spec.size\n")
        .contains("conflicts with \"op\":\n")
        .contains("- .spec.color");
  }

  @Test
  void listsMergeByTheirKeys() throws Exception {
    apply("op", "{\"size\":1,\"parts\":[{\"name\":\"a\",\"weight\":1}]}");
    apply("person", "{\"size\":1,\"parts\":[{\"name\":\"b\",\"weight\":2}]}");
    JsonNode parts = apply("op", "{\"size\":1,\"parts\":[]}").body().path("spec").path("parts");
    assertThat(parts.findValuesAsText("name")).containsExactly("b");
  }

  @Test
  void labelsOfOthersStay() throws Exception {
    apply("op", "{\"size\":1}");
    api.patch(WIDGET, "merge-patch+json", "{\"metadata\":{\"labels\":{\"mine\":\"1\"}}}");
    Answer again = apply("op", "{\"size\":3}");
    assertThat(again.body().path("metadata").path("labels").path("mine").asText()).isEqualTo("1");
    assertThat(again.body().path("metadata").path("generation").asInt()).isEqualTo(2);
  }

  @Test
  void builtInResourcesMergeAsPublished() throws Exception {
    String manifest =
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0,
         "selector":{"matchLabels":{"a":"b"}},
         "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[
          {"name":"w","image":"w:1","ports":[{"containerPort":8080}],
           "env":[{"name":"K","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}]}}}}
        """;
    Answer first = api.apply(DEPLOYMENT, "op", manifest);
    assertThat(first.status()).isEqualTo(201);
    String fields = first.body().path("metadata").path("managedFields").toString();
    assertThat(fields)
        .contains("k:{\\\"containerPort\\\":8080,\\\"protocol\\\":\\\"TCP\\\"}")
        .contains("\"f:secretKeyRef\":{}")
        .contains("\"f:selector\":{}");
    String version = first.body().path("metadata").path("uid").asText();
    Answer second = api.apply(DEPLOYMENT, "op", manifest);
    assertThat(second.body().path("metadata").path("generation").asInt()).isEqualTo(1);
    assertThat(second.body().path("metadata").path("uid").asText()).isEqualTo(version);
  }

  @Test
  void statusIsAppliedBesideTheRest() throws Exception {
    apply("op", "{\"size\":1}");
    String status =
        """
        {"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a","namespace":"ci"},
         "status":{"size":4}}
        """;
    Answer applied = api.apply(WIDGET + "/status", "op", status);
    assertThat(applied.body().path("status").path("size").asInt()).isEqualTo(4);
    assertThat(applied.body().path("spec").path("size").asInt()).isEqualTo(1);
    assertThat(api.apply(WIDGET + "/status", "op", status).body()).isEqualTo(applied.body());
    Answer spec = apply("op", "{\"size\":2}");
    assertThat(spec.body().path("status").path("size").asInt()).isEqualTo(4);
  }

  @Test
  void aManagerMustBeNamed() throws Exception {
    assertThat(api.patch(WIDGET, "apply-patch+yaml", Widgets.widget("a", "{\"size\":1}")).status())
        .isEqualTo(422);
  }

  @Test
  void yamlIsUnderstood() throws Exception {
    Answer applied =
        api.apply(
            WIDGET,
            "op",
            "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: 6}\n");
    assertThat(applied.body().path("spec").path("size").asInt()).isEqualTo(6);
  }
}
