package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two brokers in front of one vCenter and one PostgreSQL. */
class TwoReplicasIT {

  private static SharedPostgres postgres;

  @BeforeAll
  static void startPostgres() throws Exception {
    postgres = new SharedPostgres();
  }

  @AfterAll
  static void stopPostgres() throws Exception {
    postgres.close();
  }

  private static BrainLab lab(int hosts) throws Exception {
    return lab(hosts, Duration.ofMillis(100));
  }

  private static BrainLab lab(int hosts, Duration clone) throws Exception {
    OperationTimes times =
        OperationTimes.none().withClone(clone).withPowerOn(Duration.ofMillis(50));
    return new BrainLab(VCenterOptions.defaults().withHosts(hosts).withTimes(times))
        // A replica that is not heard for two rounds is taken for dead: not for being busy.
        .set("RECONCILE_INTERVAL", "1s")
        .set("DATABASE_URL", postgres.database());
  }

  @Test
  void neverOvercommitAndSeeEachOthersInstances() throws Exception {
    try (BrainLab lab = lab(3).start();
        JupiterBrain second = JupiterBrain.start(lab.settings())) {
      Awaitility.await("the second is ready")
          .atMost(BrainLab.PATIENCE)
          .until(
              () -> at(lab, second, "GET", "/capacity", null).get().body().contains("\"total\":6"));
      List<CompletableFuture<HttpResponse<String>>> creates = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        creates.add(lab.createAsync(IMAGE));
        creates.add(at(lab, second, "POST", "/instances", order(IMAGE)));
      }
      Map<Integer, Integer> statuses = new HashMap<>();
      List<String> ids = new ArrayList<>();
      for (CompletableFuture<HttpResponse<String>> create : creates) {
        HttpResponse<String> response = create.get(60, TimeUnit.SECONDS);
        statuses.merge(response.statusCode(), 1, Integer::sum);
        if (response.statusCode() == 201) {
          ids.add(id(response));
        }
      }
      assertThat(statuses).containsEntry(201, 6).containsEntry(503, 14);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
      for (String id : ids) {
        HttpResponse<String> there = at(lab, second, "GET", "/instances/" + id, null).get();
        assertThat(there.statusCode()).isEqualTo(200);
        assertThat(data(there).get(0).get("owner").asText()).isEqualTo("default");
        assertThat(lab.get("/instances/" + id).statusCode()).isEqualTo(200);
      }
      for (int i = 0; i < ids.size(); i++) {
        HttpResponse<String> deleted =
            i % 2 == 0
                ? lab.call("DELETE", "/instances/" + ids.get(i), null)
                : at(lab, second, "DELETE", "/instances/" + ids.get(i), null).get();
        assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(204);
      }
      lab.awaitClones(0);
    }
  }

  /** A broker that stops answers what it has begun; its instances are the other's to look after. */
  @Test
  void oneTakesOverWhatTheOtherMadeBeforeItStopped() throws Exception {
    try (BrainLab lab = lab(2).start();
        JupiterBrain second = JupiterBrain.start(lab.settings())) {
      HttpResponse<String> kept = lab.create();
      assertThat(kept.statusCode()).isEqualTo(201);
      CompletableFuture<HttpResponse<String>> underWay = lab.createAsync(IMAGE);
      lab.awaitClones(2);
      lab.stop();
      HttpResponse<String> last = underWay.get(60, TimeUnit.SECONDS);
      assertThat(last.statusCode()).isEqualTo(201);
      for (HttpResponse<String> made : List.of(kept, last)) {
        String path = "/instances/" + id(made);
        assertThat(at(lab, second, "GET", path, null).get().statusCode()).isEqualTo(200);
        assertThat(at(lab, second, "DELETE", path, null).get().statusCode()).isEqualTo(204);
      }
      lab.awaitClones(0);
      Awaitility.await("the slots are free at the survivor")
          .atMost(BrainLab.PATIENCE)
          .until(
              () ->
                  at(lab, second, "GET", "/capacity", null)
                      .get()
                      .body()
                      .contains("\"used\":0,\"warm\":0,\"free\":4"));
    }
  }

  /** What can't end before a broker must stop is answered, and undone by whoever is left. */
  @Test
  void oneTakesOverWhatTheOtherLeftUndone() throws Exception {
    try (BrainLab lab = lab(2, Duration.ofSeconds(4)).start();
        JupiterBrain second = JupiterBrain.start(lab.settings())) {
      HttpResponse<String> kept = lab.create();
      assertThat(kept.statusCode()).isEqualTo(201);
      CompletableFuture<HttpResponse<String>> interrupted = lab.createAsync(IMAGE);
      lab.awaitClones(2);
      lab.stop(); // it drains for half a second
      HttpResponse<String> answer = interrupted.get(60, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(BrainLab.code(answer)).isEqualTo("stopping");
      Awaitility.await("its machine is gone, and its slot free at the survivor")
          .atMost(BrainLab.PATIENCE)
          .until(
              () ->
                  lab.vcenter().clones().size() == 1
                      && at(lab, second, "GET", "/capacity", null)
                          .get()
                          .body()
                          .contains("\"used\":1,\"warm\":0,\"free\":3"));
      assertThat(lab.vcenter().clones().get(0).name()).isEqualTo(id(kept));
      assertThat(at(lab, second, "GET", "/instances/" + id(kept), null).get().statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void quotaCordonAndKeyHoldOverBoth() throws Exception {
    try (BrainLab lab = lab(4).set("OWNER_QUOTA", "3").start();
        JupiterBrain second = JupiterBrain.start(lab.settings())) {
      Awaitility.await("the second is ready")
          .atMost(BrainLab.PATIENCE)
          .until(
              () -> at(lab, second, "GET", "/capacity", null).get().body().contains("\"total\":8"));
      String host = lab.vcenter().hosts().get(0);
      HttpResponse<String> cordoned =
          lab.call(
              "PUT",
              "/hosts/" + host + "/cordon",
              "{\"data\":{\"type\":\"cordons\",\"kind\":\"draining\",\"reason\":\"\"}}");
      assertThat(cordoned.statusCode()).isEqualTo(204);
      List<CompletableFuture<HttpResponse<String>>> creates = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        creates.add(lab.createAsync(IMAGE));
        creates.add(at(lab, second, "POST", "/instances", order(IMAGE)));
      }
      Map<Integer, Integer> statuses = new HashMap<>();
      for (CompletableFuture<HttpResponse<String>> create : creates) {
        HttpResponse<String> response = create.get(60, TimeUnit.SECONDS);
        statuses.merge(response.statusCode(), 1, Integer::sum);
        if (response.statusCode() == 201) {
          String on = data(response).get(0).get("host").asText();
          assertThat(on).isNotEqualTo(cordonedId(lab));
        }
      }
      assertThat(statuses).isEqualTo(Map.of(201, 3, 429, 7));
    }
  }

  private static String cordonedId(BrainLab lab) throws Exception {
    for (var host : data(lab.get("/hosts"))) {
      if (host.get("state").asText().equals("draining")) {
        return host.get("id").asText();
      }
    }
    throw new AssertionError("no host drains");
  }

  private static CompletableFuture<HttpResponse<String>> at(
      BrainLab lab, JupiterBrain brain, String method, String path, String body) {
    return lab.sendAsync(
        HttpRequest.newBuilder(java.net.URI.create("http://127.0.0.1:" + brain.port() + path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "token secret")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build());
  }
}
