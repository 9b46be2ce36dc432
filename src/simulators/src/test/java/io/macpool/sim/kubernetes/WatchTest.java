package io.macpool.sim.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.macpool.sim.kubernetes.KubernetesSimulator.Options;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.kubernetes.store.Metadata;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches by HTTP, by the fabric8 client's informers over WebSocket, and leases. */
class WatchTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String WIDGETS = "/apis/example.com/v1/namespaces/ci/widgets";

  private KubernetesSimulator cluster;
  private RawClient api;

  @BeforeEach
  void start() {
    cluster = KubernetesSimulator.start(Options.defaults(), PodRunner.idle());
    cluster.load(Widgets.DEFINITION);
    api = new RawClient(cluster);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void tellsWhatIsThereThenWhatChanges() throws Exception {
    api.post(WIDGETS, Widgets.widget("a", "{\"size\":1}"));
    try (Stream<JsonNode> events = api.watch(WIDGETS + "?watch=true")) {
      Iterator<JsonNode> each = events.iterator();
      assertThat(type(each)).isEqualTo("ADDED a");
      api.post(WIDGETS, Widgets.widget("b", "{\"size\":1}"));
      assertThat(type(each)).isEqualTo("ADDED b");
      api.delete(WIDGETS + "/a", "");
      assertThat(type(each)).isEqualTo("DELETED a");
    }
  }

  @Test
  void resumesFromARevisionAndIsToldWhenItIsTooOld() throws Exception {
    api.post(WIDGETS, Widgets.widget("a", "{\"size\":1}"));
    String since = api.get(WIDGETS).body().path("metadata").path("resourceVersion").asText();
    api.post(WIDGETS, Widgets.widget("b", "{\"size\":1}"));
    String path = WIDGETS + "?watch=true&resourceVersion=" + since;
    try (Stream<JsonNode> events = api.watch(path)) {
      assertThat(type(events.iterator())).isEqualTo("ADDED b");
    }
    cluster.expireWatches();
    try (Stream<JsonNode> events = api.watch(path)) {
      JsonNode event = events.iterator().next();
      assertThat(event.path("type").asText()).isEqualTo("ERROR");
      assertThat(event.path("object").path("code").asInt()).isEqualTo(410);
    }
  }

  @Test
  void anObjectThatBeginsOrCeasesToBeSelectedComesAndGoes() throws Exception {
    api.post(WIDGETS, Widgets.widget("a", "{\"size\":1}"));
    try (Stream<JsonNode> events = api.watch(WIDGETS + "?watch=true&labelSelector=on%3Dyes")) {
      Iterator<JsonNode> each = events.iterator();
      label("yes");
      assertThat(type(each)).isEqualTo("ADDED a");
      label("no");
      assertThat(type(each)).isEqualTo("DELETED a");
    }
  }

  private void label(String value) throws Exception {
    api.patch(
        WIDGETS + "/a",
        "merge-patch+json",
        "{\"metadata\":{\"labels\":{\"on\":\"" + value + "\"}}}");
  }

  private static String type(Iterator<JsonNode> events) {
    JsonNode event = events.next();
    return event.path("type").asText() + " " + Metadata.name(event.path("object"));
  }

  @Test
  void informersFollowOverDroppedAndExpiredWatches() throws Exception {
    try (KubernetesClient client = cluster.newClient();
        SharedIndexInformer<GenericKubernetesResource> informer =
            client.genericKubernetesResources(Widgets.CONTEXT).inAnyNamespace().inform()) {
      await().atMost(PATIENCE).until(() -> cluster.openWatches() == 1);
      api.post(WIDGETS, Widgets.widget("a", "{\"size\":1}"));
      await().atMost(PATIENCE).until(() -> informer.getStore().list().size() == 1);
      cluster.dropWatches();
      api.post(WIDGETS, Widgets.widget("b", "{\"size\":1}"));
      await().atMost(PATIENCE).until(() -> informer.getStore().list().size() == 2);
      cluster.expireWatches();
      api.delete(WIDGETS + "/a", "");
      await().atMost(PATIENCE).until(() -> informer.getStore().list().size() == 1);
    }
    await().atMost(PATIENCE).until(() -> cluster.openWatches() == 0);
  }

  @Test
  void oneOfTwoLeads() {
    Set<String> leaders = ConcurrentHashMap.newKeySet();
    try (KubernetesClient one = cluster.newClient();
        KubernetesClient two = cluster.newClient()) {
      var first = elect(one, "one", leaders);
      await().atMost(PATIENCE).until(() -> leaders.contains("one"));
      var second = elect(two, "two", leaders);
      await()
          .atMost(PATIENCE)
          .until(() -> cluster.calls().of(ApiCall.Verb.GET, "leases.coordination.k8s.io") > 4);
      assertThat(leaders).containsExactly("one");
      first.cancel(true);
      await().atMost(PATIENCE).until(() -> leaders.contains("two"));
      second.cancel(true);
    }
  }

  private static CompletableFuture<?> elect(
      KubernetesClient client, String name, Set<String> leaders) {
    return client
        .leaderElector()
        .withConfig(
            new LeaderElectionConfigBuilder()
                .withName(name)
                .withLeaseDuration(Duration.ofSeconds(2))
                .withRenewDeadline(Duration.ofMillis(1_500))
                .withRetryPeriod(Duration.ofMillis(200))
                .withReleaseOnCancel()
                .withLock(new LeaseLock("ci", "operator", name))
                .withLeaderCallbacks(
                    new LeaderCallbacks(() -> leaders.add(name), () -> {}, leader -> {}))
                .build())
        .build()
        .start();
  }
}
