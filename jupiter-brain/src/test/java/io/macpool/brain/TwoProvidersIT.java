package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One broker over a vCenter and Macs with tart. */
@Timeout(240)
class TwoProvidersIT {

  private static final String ARM = "macos-26-xcode-26";
  private static final Set<String> GOLDEN = Set.of("golden-" + ARM);

  @TempDir Path directory;

  private MacFleet fleet;
  private BrainLab lab;

  @BeforeEach
  void start() throws Exception {
    fleet =
        MacFleet.start(
            directory.resolve("macs"), 2, MacTimes.SHORT, GuestPower.addressesOnly(), List.of(ARM));
    lab =
        new BrainLab(
            VCenterOptions.defaults().withHosts(2).withImages(BaseImage.of(BrainLab.IMAGE)));
    lab.set("TART_HOSTS", written("hosts.yaml", fleet.hostsFile()))
        .set("TART_KEY_FILE", fleet.keyFile().toString())
        .set("TART_KNOWN_HOSTS", written("known_hosts", fleet.knownHosts()))
        .set("TART_INTERVAL", "1s")
        .set("TART_SETTLE", "600ms")
        .start();
    awaitBoth();
  }

  private void awaitBoth() {
    Awaitility.await("slots of both").atMost(BrainLab.PATIENCE).until(() -> slots("total") == 8);
  }

  private String written(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @AfterEach
  void stop() {
    lab.close();
    fleet.close();
  }

  private int slots(String which) throws Exception {
    JsonNode data = BrainLab.data(lab.get("/capacity"));
    return data == null ? -1 : data.get(0).get("slots").get(which).asInt();
  }

  /** A host that is seen has its slots from the next reconciliation on. */
  private HttpResponse<String> create(String image) {
    return Awaitility.await("a create of " + image)
        .atMost(BrainLab.PATIENCE)
        .until(
            () -> lab.call("POST", "/instances", BrainLab.order(image)),
            response -> !response.body().contains("pool-full"));
  }

  private JsonNode host(String name) throws Exception {
    for (JsonNode host : BrainLab.data(lab.get("/hosts"))) {
      if (host.get("name").asText().equals(name)) {
        return host;
      }
    }
    throw new AssertionError("no host " + name);
  }

  private List<String> localVms() {
    List<String> all = new ArrayList<>();
    fleet.macs().forEach(mac -> all.addAll(mac.localVms()));
    all.removeAll(GOLDEN);
    return all;
  }

  @Test
  void anImagesNameDecidesTheProviderAndTheApiIsOne() throws Exception {
    HttpResponse<String> arm = create(ARM);
    assertThat(arm.statusCode()).as(arm.body()).isEqualTo(201);
    HttpResponse<String> intel = create(BrainLab.IMAGE);
    assertThat(intel.statusCode()).as(intel.body()).isEqualTo(201);
    assertThat(localVms()).containsExactly(BrainLab.id(arm));
    assertThat(lab.vcenter().clones()).hasSize(1);
    assertThat(host("mac-1").get("provider").asText()).isEqualTo("tart");
    assertThat(BrainLab.data(lab.get("/capacity")).get(0).get("by-host"))
        .extracting(host -> host.get("provider").asText())
        .containsExactlyInAnyOrder("tart", "tart", "vsphere", "vsphere");
    assertThat(BrainLab.data(lab.get("/capacity")).get(0).get("by-image"))
        .extracting(image -> image.get("image").asText() + " " + image.get("provider").asText())
        .containsExactlyInAnyOrder(ARM + " tart", BrainLab.IMAGE + " vsphere");
    for (HttpResponse<String> made : List.of(arm, intel)) {
      assertThat(BrainLab.data(lab.get("/instances/" + BrainLab.id(made))).get(0).get("provider"))
          .hasToString(made.equals(arm) ? "\"tart\"" : "\"vsphere\"");
    }
    assertThat(host("mac-1").get("architecture").asText()).isEqualTo("arm64");
    assertThat(BrainLab.data(lab.get("/images")))
        .extracting(image -> image.get("id").asText() + " " + image.get("provider").asText())
        .containsExactlyInAnyOrder(ARM + " tart", BrainLab.IMAGE + " vsphere");
    Awaitility.await("an address")
        .atMost(BrainLab.PATIENCE)
        .until(
            () ->
                !BrainLab.data(lab.get("/instances/" + BrainLab.id(arm)))
                    .get(0)
                    .get("ip-addresses")
                    .isEmpty());
    assertThat(lab.call("DELETE", "/instances/" + BrainLab.id(arm), null).statusCode())
        .isEqualTo(204);
    Awaitility.await("the VM is gone").atMost(BrainLab.PATIENCE).until(() -> localVms().isEmpty());
  }

  @Test
  void aVCenterThatIsAwayLeavesTheMacsAtWork() throws Exception {
    lab.stop();
    lab.set("VSPHERE_STALE_AFTER", "3s").start();
    awaitBoth();
    lab.vcenter().goAway();
    Awaitility.await("vCenter is known to be away")
        .atMost(BrainLab.PATIENCE)
        .until(() -> slots("free") == 4);
    HttpResponse<String> arm = create(ARM);
    assertThat(arm.statusCode()).as(arm.body()).isEqualTo(201);
    assertThat(host("mac-1").get("state").asText()).isEqualTo("ready");
    lab.vcenter().comeBack();
    Awaitility.await("both again")
        .atMost(BrainLab.PATIENCE)
        .until(() -> create(BrainLab.IMAGE).statusCode() == 201);
  }

  /** Unknown is not missing: a client that hears of no such image gives its job up. */
  @Test
  void anImageIsNotSaidToBeMissingBeforeAllProvidersWereSeen() throws Exception {
    lab.stop();
    lab.vcenter().goAway();
    lab.startUnready();
    HttpResponse<String> arm =
        Awaitility.await("the Macs are seen")
            .atMost(BrainLab.PATIENCE)
            .until(
                () -> lab.call("POST", "/instances", BrainLab.order(ARM)),
                answer -> answer.statusCode() == 201);
    assertThat(localVms()).containsExactly(BrainLab.id(arm));
    HttpResponse<String> intel = lab.call("POST", "/instances", BrainLab.order(BrainLab.IMAGE));
    assertThat(intel.statusCode()).as(intel.body()).isEqualTo(503);
    assertThat(intel.body()).contains("can't be told yet", "vsphere");
    lab.vcenter().comeBack();
    awaitBoth();
    HttpResponse<String> none = lab.call("POST", "/instances", BrainLab.order("no-such-image"));
    assertThat(none.statusCode()).as(none.body()).isEqualTo(404);
    assertThat(none.body()).contains("unknown-image");
  }

  @Test
  void aMacThatRefusesForNoReasonGetsNoMoreAndTellsWhy() throws Exception {
    fleet.mac("mac-1").phantomLimit(true);
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> made = create(ARM);
      assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    }
    assertThat(fleet.mac("mac-2").runningVms()).hasSize(2);
    Awaitility.await("the host tells why")
        .atMost(BrainLab.PATIENCE)
        .until(() -> host("mac-1").toString().contains("system limit"));
    assertThat(lab.get("/metrics").body()).contains("tart_hosts_limited 1.0");
    assertThat(lab.readiness()).contains("system limit");
    Awaitility.await("what was refused is gone")
        .atMost(BrainLab.PATIENCE)
        .until(() -> fleet.mac("mac-1").localVms().equals(GOLDEN));
  }

  @Test
  void aMacThatHasBeenUpForLongIsRebootedOverSsh() throws Exception {
    lab.stop();
    lab.set("HYGIENE_REBOOT", "provider").set("HYGIENE_IN_SERVICE", "50");
    Instant old = Instant.now().minus(Duration.ofDays(43));
    fleet.mac("mac-1").upSince(old);
    lab.start();
    Awaitility.await("it is tried after its reboot")
        .atMost(BrainLab.PATIENCE)
        .until(() -> host("mac-1").path("hygiene").asText().equals("probing"));
    assertThat(fleet.mac("mac-1").booted()).isAfter(old);
    assertThat(host("mac-2").has("hygiene")).isFalse();
  }

  @Test
  void whatRanOnAMacThatWasRebootedIsClosed() throws Exception {
    HttpResponse<String> made = create(ARM);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    fleet.macs().forEach(mac -> mac.reboot());
    Awaitility.await("it is closed and its VM is gone")
        .atMost(BrainLab.PATIENCE)
        .until(
            () ->
                lab.get("/instances/" + BrainLab.id(made)).statusCode() == 404
                    && localVms().isEmpty());
    // A look in the moment of the reboot sees the guest off before it sees the boot time.
    assertThat(lab.get("/metrics").body())
        .containsPattern(
            "reconcile_actions_total\\{deed=\"DESTROY\",reason=\"(vanished|switched-off)\"} 1.0");
  }

  @Test
  void aBrokerThatStartsAnewKnowsWhatRuns() throws Exception {
    lab.set("LEDGER_FILE", directory.resolve("ledger").toString());
    lab.stop();
    lab.start();
    awaitBoth();
    HttpResponse<String> made = create(ARM);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    lab.stop();
    lab.start();
    Awaitility.await("it is known")
        .atMost(BrainLab.PATIENCE)
        .until(() -> lab.get("/instances/" + BrainLab.id(made)).body().contains("powered-on"));
    assertThat(localVms()).containsExactly(BrainLab.id(made));
  }
}
