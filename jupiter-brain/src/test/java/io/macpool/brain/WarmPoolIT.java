package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarmPoolIT {

  private static final String OTHER = "macos-14-xcode-15";

  /** Every guest is at one address, where a socket listens as its SSH server would. */
  static final GuestPower LOCAL =
      new GuestPower() {
        @Override
        public String boot(String name) {
          return "127.0.0.1";
        }

        @Override
        public void kill(String name) {
          // Nothing runs.
        }
      };

  private ServerSocket ssh;

  @BeforeEach
  void listen() throws IOException {
    ssh = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    ssh.close();
  }

  private BrainLab lab(int hosts, String policy) {
    OperationTimes times =
        OperationTimes.none().withClone(Duration.ofMillis(300)).withPowerOn(Duration.ofMillis(300));
    return new BrainLab(
            VCenterOptions.defaults().withHosts(hosts).withTimes(times).withGuests(LOCAL))
        .set("SSH_PORT", Integer.toString(ssh.getLocalPort()))
        .set("WARM", policy);
  }

  private static void awaitWarm(BrainLab lab, int count) {
    Awaitility.await(count + " ready and warm")
        .atMost(BrainLab.PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> warm(lab).size() == count);
  }

  /** Ids of those that could be handed over: READY in the ledger and answering. */
  private static Set<String> warm(BrainLab lab) throws Exception {
    Set<String> ids = new HashSet<>();
    for (var instance : data(lab.get("/instances"))) {
      if (instance.path("warm").asBoolean() && instance.path("phase").asText().equals("ready")) {
        ids.add(instance.get("id").asText());
      }
    }
    return ids;
  }

  @Test
  void oneThatWaitsIsHandedOverOnceAndReplaced() throws Exception {
    try (BrainLab lab = lab(4, IMAGE + "=2:3:30m").start()) {
      awaitWarm(lab, 2);
      Awaitility.await("a hand-over that clones nothing")
          .atMost(BrainLab.PATIENCE)
          .until(
              () -> {
                Set<String> waiting = warm(lab);
                HttpResponse<String> created = lab.create();
                assertThat(created.statusCode()).isEqualTo(201);
                return waiting.contains(id(created))
                    && data(created).get(0).get("owner").asText().equals("default")
                    && !data(created).get(0).get("ip-addresses").isEmpty();
              });
      awaitWarm(lab, 2);
      Set<String> waiting = warm(lab);
      Set<String> handed = new HashSet<>();
      handed.add(id(lab.create()));
      handed.add(id(lab.create()));
      assertThat(handed).hasSize(2);
      assertThat(waiting).containsAnyElementsOf(handed);
      // Another size is not what waits.
      HttpResponse<String> bigger =
          lab.call("POST", "/instances", order(IMAGE).replace("}}", ",\"cpus\":8}}"));
      assertThat(waiting).doesNotContain(id(bigger));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasMadeOfAnImageThatIsNoMoreIsNotHandedOver(boolean replaced) throws Exception {
    try (BrainLab lab = lab(4, IMAGE + "=1:1:30m").start()) {
      awaitWarm(lab, 1);
      Set<String> old = warm(lab);
      if (replaced) {
        lab.vcenter().administrator().replaceImage(IMAGE);
      } else {
        lab.vcenter().administrator().removeSnapshots(IMAGE);
      }
      Awaitility.await("the old one goes")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.vcenter().clones().stream().noneMatch(m -> old.contains(m.name())));
      if (replaced) {
        awaitWarm(lab, 1);
      }
    }
  }

  @Test
  void warmOnesYieldTheirSlotsToAnotherImage() throws Exception {
    try (BrainLab lab = lab(1, IMAGE + "=2:2:30m").start()) {
      awaitWarm(lab, 2);
      HttpResponse<String> created = lab.call("POST", "/instances", order(OTHER));
      assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
    }
  }

  @Test
  void warmOnesSurviveARestartAndLeaveADrainingHost(@TempDir Path folder) throws Exception {
    try (BrainLab lab = lab(1, IMAGE + "=1:1:30m")) {
      lab.set("LEDGER_FILE", folder.resolve("ledger").toString());
      lab.start();
      awaitWarm(lab, 1);
      Set<String> before = warm(lab);
      lab.stop();
      lab.start();
      awaitWarm(lab, 1);
      assertThat(warm(lab)).isEqualTo(before);
      String host = lab.vcenter().hosts().get(0);
      lab.call(
          "PUT",
          "/hosts/" + host + "/cordon",
          "{\"data\":{\"type\":\"cordons\",\"kind\":\"draining\",\"reason\":\"\"}}");
      lab.awaitClones(0);
    }
  }

  /** What was warm a moment ago may be somebody's by now: then it is not destroyed for its slot. */
  @Test
  void whatSomebodyGotIsNeverDestroyedForAnother() throws Exception {
    try (BrainLab lab = lab(5, IMAGE + "=0:10:30m").start()) {
      for (int round = 0; round < 6; round++) {
        List<CompletableFuture<HttpResponse<String>>> ours = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          ours.add(lab.createAsync(IMAGE));
          others.add(lab.createAsync(OTHER));
        }
        List<String> got = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> create : ours) {
          HttpResponse<String> answer = create.get(60, TimeUnit.SECONDS);
          if (answer.statusCode() == 201) {
            got.add(id(answer));
          }
        }
        List<String> all = new ArrayList<>(got);
        for (CompletableFuture<HttpResponse<String>> create : others) {
          HttpResponse<String> answer = create.get(60, TimeUnit.SECONDS);
          if (answer.statusCode() == 201) {
            all.add(id(answer));
          }
        }
        for (String id : got) {
          HttpResponse<String> there = lab.get("/instances/" + id);
          assertThat(there.statusCode()).as("round " + round + ": " + id).isEqualTo(200);
          assertThat(data(there).get(0).get("phase").asText()).isEqualTo("ready");
        }
        for (String id : all) {
          assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
        }
      }
    }
  }

  @Test
  void oneKeyIsOneInstanceAlsoWhileSomeWaitWarm() throws Exception {
    try (BrainLab lab = lab(4, IMAGE + "=4:4:30m").start()) {
      awaitWarm(lab, 4);
      for (int i = 0; i < 3; i++) {
        String key = "job-" + i;
        CompletableFuture<HttpResponse<String>> one = lab.sendAsync(keyed(lab, key, IMAGE));
        CompletableFuture<HttpResponse<String>> two = lab.sendAsync(keyed(lab, key, IMAGE));
        assertThat(one.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        assertThat(two.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        assertThat(id(one.get())).isEqualTo(id(two.get()));
        HttpResponse<String> other = lab.send(keyed(lab, key, OTHER));
        assertThat(other.statusCode()).as(other.body()).isEqualTo(422);
        assertThat(BrainLab.code(other)).isEqualTo("idempotency-key-reused");
      }
    }
  }

  /** Its SSH server has not answered: who looks at it does not make it fit to be handed over. */
  @Test
  void whoLooksAtOneThatBootsConfirmsNothing() throws Exception {
    try (BrainLab lab = lab(2, IMAGE + "=1:1:30m")) {
      ssh.close();
      lab.start();
      awaitWarm(lab, 1);
      String boots = warm(lab).iterator().next();
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> seen = lab.get("/instances/" + boots);
        assertThat(seen.statusCode()).isEqualTo(200);
        assertThat(data(seen).get(0).path("owner").asText()).isEmpty();
      }
      assertThat(id(lab.create())).isNotEqualTo(boots);
      assertThat(warm(lab)).contains(boots);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"suspended", "inaccessible", "not there"})
  void oneThatIsNoUseNowIsNotHandedOver(String how) throws Exception {
    try (BrainLab lab = lab(2, IMAGE + "=1:1:30m").set("RECONCILE_INTERVAL", "2s").start()) {
      awaitWarm(lab, 1);
      String waits = warm(lab).iterator().next();
      Awaitility.await("it could be handed over")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/capacity").body().contains("\"warm\":1"));
      Administrator administrator = lab.vcenter().administrator();
      assertThat(
              switch (how) {
                case "suspended" -> administrator.suspend(waits);
                case "inaccessible" -> administrator.connection(waits, "inaccessible");
                default -> administrator.unregister(waits);
              })
          .isTrue();
      Awaitility.await("that is seen")
          .atMost(BrainLab.PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !lab.get("/instances/" + waits).body().contains("powered-on"));
      assertThat(id(lab.create())).isNotEqualTo(waits);
    }
  }

  private static HttpRequest keyed(BrainLab lab, String key, String image) {
    return lab.request("/instances")
        .header("Idempotency-Key", key)
        .POST(BodyPublishers.ofString(order(image)))
        .build();
  }
}
