package io.macpool.sim.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.kubernetes.RawClient.Answer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the API makes of values that one would write otherwise: true of our simulator and of a real
 * API server.
 */
abstract class StoredFormContract {

  private static final String WIDGETS = "/apis/example.com/v1/namespaces/ci/widgets";
  private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/ci/leases";
  private static final String SECRET = "/api/v1/namespaces/ci/secrets/stored-form";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/ci/deployments";

  private RawClient api;

  /** A cluster with namespace {@code ci} and the definition of {@link Widgets}. */
  abstract RawClient connect();

  @BeforeEach
  void clean() throws Exception {
    api = connect();
    api.delete(WIDGETS, "");
    api.delete(DEPLOYMENTS, "");
    api.delete(LEASES + "/stored-form", "");
    api.delete(SECRET, "");
  }

  @Test
  void anIntegerMayBeWrittenWithAPointAndIsKeptWithoutIt() throws Exception {
    String spec = "{\"size\":3,\"parts\":[{\"name\":\"a\",\"weight\":2.0}]}";
    Answer created = api.post(WIDGETS, Widgets.widget("point", spec));
    assertThat(created.status()).as(created.body().toString()).isEqualTo(201);
    JsonNode kept = api.get(WIDGETS + "/point").body().path("spec");
    assertThat(kept.at("/parts/0/weight").toString()).isEqualTo("2");
    assertThat(api.post(WIDGETS, Widgets.widget("part", spec.replace("2.0", "2.5"))).status())
        .isEqualTo(422);
  }

  @Test
  void theNumberThatScaleReadsIsAnIntWithoutAPoint() throws Exception {
    for (String size : List.of("3.0", "-1", "2147483648")) {
      Answer refused = api.post(WIDGETS, Widgets.widget("scaled", "{\"size\":" + size + "}"));
      assertThat(refused.status()).as(size + " " + refused.body()).isEqualTo(422);
      assertThat(refused.body().path("message").asText()).contains("spec.size");
    }
    assertThat(api.post(WIDGETS, Widgets.widget("scaled", "{\"size\":2147483647}")).status())
        .isEqualTo(201);
  }

  @Test
  void aLeasesTimesHaveSixDigitsOfASecond() throws Exception {
    for (String wrong : List.of("", ".1", ".123", ".123456789")) {
      Answer refused = api.post(LEASES, lease("2026-01-02T03:04:05" + wrong + "Z"));
      assertThat(refused.status()).as(wrong + " " + refused.body()).isEqualTo(400);
      assertThat(refused.body().path("message").asText())
          .startsWith("Lease in version \"v1\" cannot be handled as a Lease: parsing time");
    }
    Answer created = api.post(LEASES, lease("2026-01-02T03:04:05.000000Z"));
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.body().at("/spec/renewTime").asText())
        .isEqualTo("2026-01-02T03:04:05.000000Z");
  }

  private static String lease(String time) {
    return """
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease",
         "metadata":{"name":"stored-form","namespace":"ci"},
         "spec":{"holderIdentity":"a","renewTime":"%s"}}
        """
        .formatted(time);
  }

  @Test
  void whatIsNoLongerAppliedByStringDataStays() throws Exception {
    assertThat(api.apply(SECRET, "op", secret("{\"a\":\"1\",\"b\":\"2\"}")).status())
        .isEqualTo(201);
    JsonNode second = api.apply(SECRET, "op", secret("{\"b\":\"3\"}")).body();
    assertThat(second.has("stringData")).isFalse();
    assertThat(second.path("data").path("a").asText()).isEqualTo("MQ==");
    assertThat(second.path("data").path("b").asText()).isEqualTo("Mw==");
  }

  private static String secret(String stringData) {
    return """
        {"apiVersion":"v1","kind":"Secret","metadata":{"name":"stored-form"},"stringData":%s}
        """
        .formatted(stringData);
  }

  @Test
  void anEnvironmentVariableHasOneSourceAndAProbeOneHandler() throws Exception {
    String source = "\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}";
    assertThat(create("{\"name\":\"K\",\"value\":\"v\"," + source + "}", "").status())
        .isEqualTo(422);
    assertThat(
            create("{\"name\":\"K\"," + source + "}", ",\"exec\":{\"command\":[\"a\"]}").status())
        .isEqualTo(422);
    assertThat(create("{\"name\":\"K\",\"value\":\"\"," + source + "}", "").status())
        .isEqualTo(201);
  }

  private Answer create(String variable, String handler) throws Exception {
    return api.post(
        DEPLOYMENTS,
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"one"},"spec":{"replicas":0,
         "selector":{"matchLabels":{"a":"one"}},
         "template":{"metadata":{"labels":{"a":"one"}},"spec":{"containers":[
          {"name":"w","image":"w:1","env":[%s],
           "readinessProbe":{"httpGet":{"path":"/","port":80}%s}}]}}}}
        """
            .formatted(variable, handler));
  }

  @Test
  void theScaleOfWhatLacksTheFieldIsAnErrorOfTheServer() throws Exception {
    assertThat(
            api.post(
                    "/apis/example.com/v1/namespaces/ci/gadgets",
                    """
                    {"apiVersion":"example.com/v1","kind":"Gadget","metadata":{"name":"bare"}}
                    """)
                .status())
        .isIn(201, 409);
    String bare = "/apis/example.com/v1/namespaces/ci/gadgets/bare";
    Answer read = api.get(bare + "/scale");
    assertThat(read.status()).isEqualTo(500);
    assertThat(read.body().path("message").asText())
        .contains("the spec replicas field \".spec.size\" does not exist");
    api.delete(bare, "");
  }
}
