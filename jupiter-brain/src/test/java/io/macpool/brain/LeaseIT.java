package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of instances whose holder says no more that it lives. */
class LeaseIT {

  private static final String SECOND = "{\"data\":{\"type\":\"leases\",\"duration\":\"1s\"}}";

  @TempDir private Path directory;
  private final ScheduledExecutorService holders = Executors.newScheduledThreadPool(2);

  private static BrainLab lab() {
    return new BrainLab(VCenterOptions.defaults()).set("RECONCILE_INTERVAL", "100ms");
  }

  private static String made(BrainLab lab, String lease) throws Exception {
    return BrainLab.id(create(lab, lease));
  }

  private static HttpResponse<String> create(BrainLab lab, String lease) throws Exception {
    return lab.send(
        lab.request("/instances")
            .header("Macpool-Lease", lease)
            .POST(
                BodyPublishers.ofString(
                    "{\"data\":{\"type\":\"instances\",\"base-image\":\"" + IMAGE + "\"}}"))
            .build());
  }

  private static int renew(BrainLab lab, String lease) throws Exception {
    return lab.call("PUT", "/leases/" + lease, SECOND).statusCode();
  }

  private static List<String> machines(BrainLab lab) {
    return lab.vcenter().clones().stream().map(MachineView::name).toList();
  }

  /** A holder that lives to the end of the test. */
  private void alive(BrainLab lab, String lease) {
    var unused =
        holders.scheduleAtFixedRate(
            () -> {
              try {
                renew(lab, lease);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            0,
            100,
            TimeUnit.MILLISECONDS);
  }

  @AfterEach
  void fallSilent() {
    holders.shutdownNow();
  }

  @Test
  void aSilentHoldersInstancesGoAndOthersStay() throws Exception {
    try (BrainLab lab = lab().start()) {
      alive(lab, "living");
      assertThat(renew(lab, "silent")).isEqualTo(200);
      String left = made(lab, "silent");
      String held = made(lab, "living");
      String unleased = BrainLab.id(lab.create());

      Awaitility.await("the silent one's instance is destroyed")
          .atMost(BrainLab.PATIENCE)
          .until(() -> !machines(lab).contains(left));

      assertThat(machines(lab)).containsExactlyInAnyOrder(held, unleased);
      Awaitility.await("the broker has seen that it is gone")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + left).statusCode() == 404);
    }
  }

  @Test
  void aHolderThatWasStartedAnewLearnsWhatItHolds() throws Exception {
    try (BrainLab lab = lab().start()) {
      renew(lab, "one");
      renew(lab, "other");
      String held = made(lab, "one");
      made(lab, "other");

      HttpResponse<String> answer = lab.get("/leases/one/instances");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).containsOnlyOnce("\"base-image\"").contains(held);
      assertThat(lab.get("/leases/nobodys/instances").body()).doesNotContain("base-image");
    }
  }

  @Test
  void silenceOfAllEndsNothingUntilOneIsHeardAgain() throws Exception {
    try (BrainLab lab = lab().start()) {
      renew(lab, "first");
      String left = made(lab, "first");
      Awaitility.await("its time is long over")
          .pollDelay(Duration.ofSeconds(2))
          .until(() -> machines(lab).contains(left));

      assertThat(renew(lab, "second")).isEqualTo(200);

      Awaitility.await("somebody was heard since")
          .atMost(BrainLab.PATIENCE)
          .until(() -> machines(lab).isEmpty());
    }
  }

  @Test
  void aBrokerThatWasAwayHearsEverybodyFirst() throws Exception {
    try (BrainLab lab = lab().set("LEDGER_FILE", directory.resolve("ledger").toString()).start()) {
      renew(lab, "one");
      String held = made(lab, "one");
      lab.stop();
      Awaitility.await("away for longer than the lease")
          .pollDelay(Duration.ofMillis(1_500))
          .until(() -> true);
      lab.start();

      alive(lab, "other");
      alive(lab, "one");
      Awaitility.await("both are heard for a while")
          .pollDelay(Duration.ofSeconds(2))
          .until(() -> true);
      assertThat(machines(lab)).containsExactly(held);
    }
  }

  @Test
  void aHolderMayGiveUpAllAtOnce() throws Exception {
    try (BrainLab lab = lab().start()) {
      renew(lab, "one");
      made(lab, "one");
      made(lab, "one");

      assertThat(lab.call("DELETE", "/leases/one", null).statusCode()).isEqualTo(204);

      Awaitility.await().atMost(BrainLab.PATIENCE).until(() -> machines(lab).isEmpty());
      assertThat(lab.call("DELETE", "/leases/one", null).statusCode()).isEqualTo(204);
    }
  }

  @Test
  void whatIsNoLeaseIsRefusedWithAnExample() throws Exception {
    try (BrainLab lab = lab().startUnready()) {
      for (String body :
          List.of(
              "",
              "{",
              "[]",
              "null",
              "{\"data\":null}",
              "{\"data\":{\"type\":\"leases\"}}",
              "{\"data\":{\"type\":\"leases\",\"duration\":\"0s\"}}",
              "{\"data\":{\"type\":\"leases\",\"duration\":\"-5s\"}}",
              "{\"data\":{\"type\":\"leases\",\"duration\":\"2h\"}}",
              "{\"data\":{\"type\":\"leases\",\"duration\":30}}",
              "{\"data\":{\"type\":\"instances\",\"duration\":\"30s\"}}")) {
        HttpResponse<String> answer = lab.call("PUT", "/leases/one", body);

        assertThat(answer.statusCode()).as(body).isEqualTo(422);
        assertThat(answer.body()).as(body).contains("\\\"duration\\\":\\\"30s\\\"");
      }
    }
  }

  @Test
  void aCreateUnderWhatIsNoLeaseIsRefused() throws Exception {
    try (BrainLab lab = lab().start()) {
      assertThat(create(lab, "no lease!").statusCode()).isEqualTo(400);
      assertThat(machines(lab)).isEmpty();
    }
  }
}
