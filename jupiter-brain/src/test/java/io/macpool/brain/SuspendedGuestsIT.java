package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.brain.lifecycle.execution.CrashPoint.Step;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker whose Mac is to keep a guest suspended: it makes one with room that nobody wants, the
 * next create resumes it, and whatever dies on the way leaves nothing behind and hands no guest to
 * two.
 */
class SuspendedGuestsIT {

  private static final String ARM = "macos-26-xcode-26";
  private static final Duration RECOVERY = Duration.ofSeconds(100);

  @TempDir private Path folder;

  private ServerSocket ssh;
  private MacFleet fleet;
  private BrainLab lab;

  @BeforeEach
  void prepare() throws Exception {
    ssh = new ServerSocket(0, 500, InetAddress.getByName("0.0.0.0"));
    AtomicInteger addresses = new AtomicInteger();
    GuestPower guests =
        new GuestPower() {
          @Override
          public String boot(String name) {
            return "127.75.0." + addresses.incrementAndGet();
          }

          @Override
          public void kill(String name) {
            // Nothing runs.
          }
        };
    fleet = MacFleet.start(folder.resolve("macs"), 1, MacTimes.SHORT, guests, List.of(ARM));
    Path hosts =
        Files.writeString(
            folder.resolve("hosts.yaml"),
            "defaults: {suspend: {" + ARM + ": 1}}\n" + fleet.hostsFile());
    Path known = Files.writeString(folder.resolve("known_hosts"), fleet.knownHosts());
    lab =
        BrainLab.withoutVCenter()
            .set("TART_HOSTS", hosts.toString())
            .set("TART_KEY_FILE", fleet.keyFile().toString())
            .set("TART_KNOWN_HOSTS", known.toString())
            .set("TART_INTERVAL", "500ms")
            .set("TART_SETTLE", "400ms")
            .set("SSH_PORT", Integer.toString(ssh.getLocalPort()))
            .set("LEDGER_FILE", folder.resolve("ledger").toString());
  }

  @AfterEach
  void stop() throws IOException {
    lab.close();
    fleet.close();
    ssh.close();
  }

  private MacSimulator mac() {
    return fleet.mac("mac-1");
  }

  private static void await(String what, ThrowingRunnable assertion) {
    Awaitility.await(what)
        .atMost(RECOVERY)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(assertion);
  }

  private HttpResponse<String> create() throws Exception {
    return lab.call("POST", "/instances", BrainLab.order(ARM));
  }

  private int slots(String which) throws Exception {
    return BrainLab.data(lab.get("/capacity")).get(0).get("slots").get(which).asInt();
  }

  private JsonNode image() throws Exception {
    return BrainLab.data(lab.get("/images")).get(0);
  }

  /** What the Mac has beside its image. */
  private Set<String> vms() {
    Set<String> all = new HashSet<>(mac().localVms());
    all.remove(MacFleet.GOLDEN + ARM);
    return all;
  }

  private void awaitOneSuspended(Set<String> owned) {
    await(
        "one suspended guest beside what is owned, and every other slot free",
        () -> {
          assertThat(mac().runningVms()).isEqualTo(owned);
          assertThat(mac().suspendedVms()).hasSize(1).noneMatch(owned::contains);
          assertThat(vms()).hasSize(owned.size() + 1);
          assertThat(image().path("suspended").path("kept").asInt()).isEqualTo(1); // seen, too
          assertThat(slots("used")).isEqualTo(owned.size());
          assertThat(slots("warm")).isZero();
          assertThat(slots("free")).isEqualTo(2 - owned.size());
        });
  }

  @Test
  void whatRoomIsLeftKeepsOneSuspendedAndTheNextCreateResumesIt() throws Exception {
    lab.start();
    awaitOneSuspended(Set.of());
    JsonNode before = image().path("suspended");
    assertThat(before.path("kept").asInt()).isEqualTo(1);
    assertThat(before.path("wanted").asInt()).isEqualTo(1);
    assertThat(before.path("boots").asInt()).isEqualTo(1);
    assertThat(before.path("resumes").asInt()).isZero();
    assertThat(before.has("resume-seconds")).isFalse();

    Set<String> kept = mac().suspendedVms();
    HttpResponse<String> created = create();
    assertThat(created.statusCode()).isEqualTo(201);
    String id = BrainLab.id(created);
    assertThat(mac().runningVms()).contains(id);
    await(
        "the resume is told",
        () -> assertThat(image().path("suspended").path("resumes").asInt()).isEqualTo(1));
    assertThat(vms()).doesNotContainAnyElementsOf(kept);

    // A client's guest is destroyed, not suspended.
    assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
    assertThat(vms()).doesNotContain(id);
    awaitOneSuspended(Set.of());
    assertThat(mac().suspendedVms()).noneMatch(vm -> vm.endsWith(id));
  }

  @Test
  void whatCantBeSuspendedIsDestroyedAndItsImageIsUsedAsEver() throws Exception {
    mac().suspendFails(true);
    lab.start();
    await(
        "it was tried", () -> assertThat(lab.get("/metrics").body()).contains("instance_destroys"));
    await(
        "nothing is left of it",
        () -> {
          assertThat(slots("free")).isEqualTo(2);
          assertThat(mac().mostAtOnce()).isEqualTo(1);
          assertThat(vms()).isEmpty();
        });
    assertThat(image().path("state").asText()).isEqualTo("ready");
    assertThat(create().statusCode()).isEqualTo(201);
  }

  @Test
  void aBrokerThatDiesBeforeItSuspendsOneLeavesNothing() throws Exception {
    diesWhileItMakesOne(Step.DECISION_RECORDED);
  }

  @Test
  void aBrokerThatDiesAfterItSuspendedOneLeavesThatAlone() throws Exception {
    diesWhileItMakesOne(Step.DESTROYED);
    assertThat(image().path("suspended").path("boots").asInt()).isZero(); // it was not made anew
  }

  private void diesWhileItMakesOne(Step step) throws Exception {
    try (DoomedBroker broker = new DoomedBroker()) {
      broker.begin(lab.environment(), step).assertHalted();
    }
    lab.start();
    awaitOneSuspended(Set.of());
    String id = BrainLab.id(create());
    assertThat(mac().runningVms()).containsExactly(id);
    assertThat(vms()).containsExactly(id);
  }

  @Test
  void anotherReplicaEndsWhatWasToBeSuspended() throws Exception {
    try (SharedPostgres postgres = new SharedPostgres()) {
      lab.set("LEDGER_FILE", "").set("DATABASE_URL", postgres.database());
      diesWhileItMakesOne(Step.DECISION_RECORDED);
    }
  }

  @Test
  void aBrokerThatDiesWhenItTookOneLeavesNoGuestToAnybody() throws Exception {
    try (SharedPostgres postgres = new SharedPostgres()) {
      lab.set("LEDGER_FILE", "").set("DATABASE_URL", postgres.database()).start();
      awaitOneSuspended(Set.of());
      Set<String> first = mac().suspendedVms();
      try (DoomedBroker broker = new DoomedBroker()) {
        broker.begin(lab.environment(), Step.CLONED);
        assertThat(broker.tryCall("POST", "/instances", BrainLab.order(ARM))).isEmpty();
        broker.assertHalted();
      }
      assertThat(vms()).doesNotContainAnyElementsOf(first);
      awaitOneSuspended(Set.of());
      assertThat(mac().suspendedVms()).doesNotContainAnyElementsOf(first);
      lab.close();
    }
  }
}
