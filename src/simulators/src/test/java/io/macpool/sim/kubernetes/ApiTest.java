package io.macpool.sim.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.sim.kubernetes.KubernetesSimulator.Options;
import io.macpool.sim.kubernetes.node.PodRunner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on the simulator, and what only the simulator has. */
class ApiTest extends ApiContract {

  private static final String WIDGETS = "/apis/example.com/v1/namespaces/ci/widgets";
  private static KubernetesSimulator cluster;

  @BeforeAll
  static void start() {
    cluster = KubernetesSimulator.start(Options.defaults(), PodRunner.idle());
    cluster.load(Widgets.DEFINITION);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Override
  RawClient connect() {
    return new RawClient(cluster);
  }

  @Test
  void aPathThatIsNoneIsNotFound() throws Exception {
    assertThat(connect().get("/nonsense").status()).isEqualTo(404);
  }

  @Test
  void aTokenIsNeeded() throws Exception {
    var answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(cluster.url() + WIDGETS)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(401);
  }

  @Test
  void callsAreCountedAndFaultsHappen() throws Exception {
    RawClient api = connect();
    api.post(WIDGETS, Widgets.widget("a", "{\"size\":1}"));
    cluster.calls().reset();
    cluster.faults().fail(1, 500, call -> call.verb() == ApiCall.Verb.GET);
    cluster.faults().loseAnswer(1, call -> call.verb() == ApiCall.Verb.DELETE);
    assertThat(api.get(WIDGETS + "/a").status()).isEqualTo(500);
    assertThat(api.get(WIDGETS + "/a").status()).isEqualTo(200);
    assertThat(cluster.calls().of(ApiCall.Verb.GET, "widgets.example.com")).isEqualTo(2);
    assertThat(cluster.calls().writes()).isZero();
    assertThatThrownBy(() -> api.delete(WIDGETS + "/a", "")).isInstanceOf(IOException.class);
    assertThat(cluster.object("widgets.example.com", "ci", "a")).isEmpty();
    cluster.faults().clear();
  }
}
