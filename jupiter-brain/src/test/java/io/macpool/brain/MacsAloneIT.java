package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker of Macs with tart, and no vCenter. */
@Timeout(240)
class MacsAloneIT {

  private static final String ARM = "macos-26-xcode-26";
  private static final String GOLDEN = "golden-" + ARM;

  @TempDir Path directory;

  private GuestFleet guests;
  private MacFleet fleet;
  private BrainLab lab;

  @BeforeEach
  void prepare() throws Exception {
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.74.0.1"));
    fleet = MacFleet.start(directory.resolve("macs"), 2, MacTimes.SHORT, guests, List.of(ARM));
    String hosts = "defaults: {bridge: en0}\n" + fleet.hostsFile();
    lab =
        BrainLab.withoutVCenter()
            .set("TART_HOSTS", written("hosts.yaml", hosts))
            .set("TART_KEY_FILE", fleet.keyFile().toString())
            .set("TART_KNOWN_HOSTS", written("known_hosts", fleet.knownHosts()))
            .set("TART_INTERVAL", "500ms")
            .set("TART_SETTLE", "400ms")
            .set("SSH_PORT", Integer.toString(guests.sshPort()));
  }

  private String written(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @AfterEach
  void stop() {
    lab.close();
    fleet.close();
    guests.close();
  }

  private void start() {
    lab.start();
    Awaitility.await("slots of both").atMost(BrainLab.PATIENCE).until(() -> slots("total") == 4);
  }

  private int slots(String which) throws Exception {
    return BrainLab.data(lab.get("/capacity")).get(0).get("slots").get(which).asInt();
  }

  private HttpResponse<String> create(String image) throws Exception {
    return lab.call("POST", "/instances", BrainLab.order(image));
  }

  private List<String> clones() {
    List<String> all = new ArrayList<>();
    fleet.macs().forEach(mac -> all.addAll(mac.localVms()));
    all.removeIf(GOLDEN::equals);
    return all;
  }

  private String all() throws Exception {
    List<String> bodies = new ArrayList<>(List.of(lab.readiness()));
    for (String path : List.of("/metrics", "/hosts", "/images", "/capacity", "/instances")) {
      bodies.add(lab.get(path).body());
    }
    // Codes of refusals are what old clients know, and all of them are counted from the start.
    return String.join("\n", bodies)
        .replaceAll("code=\"(vcenter-unavailable|vsphere-failed)\"", "")
        .toLowerCase(Locale.ROOT);
  }

  @Test
  void oneIsMadeAndDestroyedAndNothingSpeaksOfAVCenter() throws Exception {
    start();
    HttpResponse<String> made = create(ARM);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    assertThat(clones()).containsExactly(BrainLab.id(made));
    for (String path : List.of("/hosts", "/images", "/instances")) {
      assertThat(BrainLab.data(lab.get(path)))
          .as(path)
          .isNotEmpty()
          .allMatch(each -> each.get("provider").asText().equals("tart"));
    }
    assertThat(all()).contains("hosts_lost 0.0").doesNotContain("vcenter", "vsphere");
    HttpResponse<String> unknown = create(BrainLab.IMAGE);
    assertThat(BrainLab.code(unknown)).isEqualTo("unknown-image");
    assertThat(lab.call("DELETE", "/instances/" + BrainLab.id(made), null).statusCode())
        .isEqualTo(204);
    Awaitility.await("the VM is gone").atMost(BrainLab.PATIENCE).until(() -> clones().isEmpty());
  }

  /** Those who ask are told of Macs, not of a vCenter that there is not. */
  @Test
  void aPoolOfMacsThatAreAwaySaysSo() throws Exception {
    start();
    fleet.macs().forEach(mac -> mac.hang(true));
    fleet.macs().forEach(MacSimulator::cut);
    Awaitility.await("no Mac answers")
        .atMost(BrainLab.PATIENCE)
        .until(
            () -> create(ARM).body().contains("the Macs can't be reached: tart: no Mac answers"));
    assertThat(all()).contains("no mac answers", "hosts_lost 2.0");
    assertThat(all()).doesNotContain("vcenter", "vsphere");
  }

  @Test
  void someAreKeptWarmAndADrainedMacGetsNoMore() throws Exception {
    lab.set("WARM", ARM + "=1:1:30m");
    start();
    Awaitility.await("one is warm").atMost(BrainLab.PATIENCE).until(() -> slots("warm") == 1);
    HttpResponse<String> made =
        Awaitility.await("a hand-over")
            .atMost(BrainLab.PATIENCE)
            .until(this::handedOver, Optional::isPresent)
            .orElseThrow();

    MacSimulator used = macOf(BrainLab.id(made));
    assertThat(
            lab.call(
                    "PUT",
                    "/hosts/tart:" + used.name() + "/cordon",
                    "{\"data\":{\"type\":\"cordons\",\"kind\":\"draining\",\"reason\":\"new"
                        + " disk\"}}")
                .statusCode())
        .isLessThan(300);
    HttpResponse<String> second = create(ARM);
    assertThat(second.statusCode()).as(second.body()).isEqualTo(201);
    assertThat(macOf(BrainLab.id(second))).isNotSameAs(used);
    lab.call("DELETE", "/instances/" + BrainLab.id(made), null);
    Awaitility.await("the drained Mac is empty")
        .atMost(BrainLab.PATIENCE)
        .until(() -> used.localVms().size() == 1 && host(used.name()).get("used").asInt() == 0);
    assertThat(host(used.name()).get("state").asText()).isEqualTo("draining");
  }

  /** What was there before it was asked for; another is given back. */
  private Optional<HttpResponse<String>> handedOver() throws Exception {
    List<String> before = clones();
    HttpResponse<String> made = create(ARM);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    if (before.contains(BrainLab.id(made))) {
      return Optional.of(made);
    }
    lab.call("DELETE", "/instances/" + BrainLab.id(made), null);
    return Optional.empty();
  }

  private MacSimulator macOf(String id) {
    return fleet.macs().stream()
        .filter(mac -> mac.localVms().contains(id))
        .findFirst()
        .orElseThrow();
  }

  private JsonNode host(String name) throws Exception {
    for (JsonNode host : BrainLab.data(lab.get("/hosts"))) {
      if (host.get("name").asText().equals(name)) {
        return host;
      }
    }
    throw new AssertionError("no host " + name);
  }

  /** It may run on: it is destroyed once the broker is given that vCenter again. */
  @Test
  void whatLiesUnderAVCenterThatWasTakenAwayIsNotForgotten() throws Exception {
    lab.set("LEDGER_FILE", directory.resolve("ledger").toString());
    try (VCenterSimulator vcenter =
        VCenterSimulator.start(
            VCenterOptions.defaults().withHosts(1).withImages(BaseImage.of(BrainLab.IMAGE)))) {
      lab.with(vcenter).start();
      HttpResponse<String> made =
          Awaitility.await("an instance of vCenter's")
              .atMost(BrainLab.PATIENCE)
              .until(() -> create(BrainLab.IMAGE), answer -> answer.statusCode() == 201);
      lab.stop();
      lab.forgetVCenter();
      start();
      HttpResponse<String> refused = lab.call("DELETE", "/instances/" + BrainLab.id(made), null);
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
      assertThat(refused.body()).contains("of a provider that this broker is not given");
      assertThat(vcenter.clones()).hasSize(1);
      Optional<JsonNode> kept = instance(BrainLab.id(made));
      assertThat(kept).isPresent();
      lab.stop();
      lab.with(vcenter).startUnready();
      Awaitility.await("it is destroyed")
          .atMost(BrainLab.PATIENCE)
          .until(() -> vcenter.clones().isEmpty() && instance(BrainLab.id(made)).isEmpty());
      lab.stop();
    }
  }

  private Optional<JsonNode> instance(String id) throws Exception {
    HttpResponse<String> answer = lab.get("/instances/" + id);
    return answer.statusCode() == 200
        ? Optional.of(BrainLab.data(answer).get(0))
        : Optional.empty();
  }
}
