package io.macpool.operator;

import static io.macpool.operator.OperatorBench.NAMESPACE;
import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.macpool.sim.kubernetes.ApiCall;
import io.macpool.sim.peer.ChartCounters;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people and clusters do to an operator. */
class OperatorHabitsIT {

  private OperatorBench bench = new OperatorBench();

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void whoLostTheLeaseTouchesNothingAnyMore() {
    bench = new OperatorBench("--leader-election", "true", "--lease-duration", "3s").start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.simulator().faults().fail(1_000, 500, call -> call.resource().startsWith("leases"));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(bench.operator().leads()).isFalse());

    long patches = bench.simulator().calls().of(ApiCall.Verb.PATCH, "workerclusters.travisci.com");
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 7);

    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(5))
        .until(() -> bench.workers.alive("wc") == 2);
    assertThat(bench.simulator().calls().of(ApiCall.Verb.PATCH, "workerclusters.travisci.com"))
        .as("our own edit alone")
        .isEqualTo(patches + 1);
  }

  @Test
  void whilePausedNothingIsTouched() {
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.edit("wc", wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/paused", "true")));
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("Unknown Paused"));
    int patches = bench.workers.of("wc").get(0).patches();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 1);
    bench.edit("wc", wc -> wc.getMetadata().setAnnotations(Map.of()));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(1));
    assertThat(bench.workers.of("wc").get(0).patches()).isEqualTo(patches + 1);
  }

  @Test
  void aBadSpecIsNamedAndItsPodsAreLeftAlone() {
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.edit(
        "wc",
        wc -> {
          wc.getSpec().scaling = new io.macpool.operator.api.Scaling();
          wc.getSpec().scaling.queue = " ";
          wc.getSpec().maxJobs = 1;
        });
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("False InvalidSpec"));
    assertThat(bench.status("wc").conditions)
        .anySatisfy(c -> assertThat(c.getMessage()).contains("spec.scaling.queue is missing"));
    assertThat(bench.workers.alive("wc")).isEqualTo(2);
    assertThat(events()).anyMatch(event -> event.getReason().equals("InvalidSpec"));
  }

  @Test
  void describeTellsWhyANumberIsWhatItIs() {
    bench.start();
    bench.apply(cluster("wc", 2, 2, ""));
    eventually(
        () ->
            assertThat(events())
                .anySatisfy(
                    event -> {
                      assertThat(event.getReason()).isEqualTo("JobsLimitChanged");
                      assertThat(event.getMessage()).contains("none -> 2: spec.maxJobs is 2");
                    }));
  }

  @Test
  void aChangedSecretRollsThePodsOfThoseWhoAskedForIt() {
    bench.start();
    secret("one");
    bench.apply(
        cluster("wc", 1, 1, "  rolloutOnConfigChange: true")
            + "      envFrom: [{secretRef: {name: settings}}]\n");
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(1));
    String pod = bench.workers.of("wc").get(0).pod();
    secret("two");
    eventually(
        () -> {
          assertThat(bench.workers.of("wc")).extracting(FakeWorker::pod).doesNotContain(pod);
          assertThat(bench.workers.alive("wc")).isEqualTo(1);
        });
    assertThat(bench.workers.mostAlive("wc")).isEqualTo(1);
  }

  @Test
  void failingCallsDelayButBreakNothing() {
    bench.start();
    bench.simulator().faults().fail(3, 500, call -> call.verb().isWrite());
    bench.simulator().faults().loseAnswer(2, OperatorHabitsIT::writesAStatus);
    bench.simulator().faults().fail(2, 409, OperatorHabitsIT::writesAStatus);
    eventually(() -> bench.apply(cluster("wc", 8, 3, "")));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(3, 3, 2));
    bench.simulator().expireWatches();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 9);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(9));
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(9);
  }

  @Test
  void nothingIsAskedOrWrittenWhenNothingChanges() {
    bench.start();
    bench.apply(cluster("wc", 8, 3, ""));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    eventually(
        () -> assertThat(condition(bench.status("wc"), "Progressing")).isEqualTo("False Settled"));
    bench.simulator().calls().reset();
    int patches = bench.workers.all().stream().mapToInt(FakeWorker::patches).sum();
    await()
        .during(Duration.ofSeconds(4))
        .atMost(Duration.ofSeconds(5))
        .until(() -> bench.simulator().calls().latest().isEmpty());
    assertThat(bench.workers.all().stream().mapToInt(FakeWorker::patches).sum()).isEqualTo(patches);
  }

  @Test
  void healthAndMetricsAnswer() throws IOException, InterruptedException {
    bench.start();
    HttpClient http = HttpClient.newHttpClient();
    String base = "http://127.0.0.1:" + bench.operator().adminPort();
    for (String path : new String[] {"/health/live", "/health/ready", "/metrics"}) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).build();
      assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void everyCounterOfAlertsAndBoardsIsThereFromTheStart() throws Exception {
    bench.start();
    URI metrics = URI.create("http://127.0.0.1:" + bench.operator().adminPort() + "/metrics");
    HttpRequest request = HttpRequest.newBuilder(metrics).build();
    String scraped = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    assertThat(ChartCounters.missing(Path.of("../charts/worker-operator"), scraped)).isEmpty();
  }

  private static boolean writesAStatus(ApiCall call) {
    return call.verb().isWrite() && call.subresource().equals("status");
  }

  private void secret(String value) {
    bench
        .client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName("settings")
                .endMetadata()
                .withData(
                    Map.of(
                        "VALUE",
                        java.util.Base64.getEncoder()
                            .encodeToString(
                                value.getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  private java.util.List<Event> events() {
    return bench.client.v1().events().inNamespace(NAMESPACE).list().getItems();
  }
}
