package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.code;
import static io.macpool.brain.BrainLab.data;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/** What fails is blamed on what is to blame, and does not starve what works. */
class BlameIT {

  private static final OperationTimes SHORT =
      OperationTimes.none()
          .withClone(Duration.ofMillis(50))
          .withPowerOn(Duration.ofMillis(20))
          .withDestroy(Duration.ofMillis(20));

  private static BrainLab lab(VCenterOptions options) {
    return new BrainLab(options.withTimes(SHORT)).set("HOST_REST", "1s");
  }

  private static void await(String what, ThrowingRunnable assertion) {
    Awaitility.await(what).atMost(BrainLab.PATIENCE).untilAsserted(assertion);
  }

  private static JsonNode host(BrainLab lab, String name) throws Exception {
    for (JsonNode host : data(lab.get("/hosts"))) {
      if (host.get("name").asText().equals(name)) {
        return host;
      }
    }
    throw new AssertionError("no host " + name);
  }

  private static HttpResponse<String> create(BrainLab lab, String image) throws Exception {
    return lab.call("POST", "/instances", BrainLab.order(image));
  }

  @Test
  void aHostThatRefusesClonesRestsAndTheImageIsHadElsewhere() throws Exception {
    try (BrainLab lab =
        lab(VCenterOptions.defaults().withHosts(10)).set("QUARANTINE_AFTER", "2").start()) {
      String bad = lab.vcenter().hosts().get(3);
      lab.vcenter().administrator().refuseClones(bad, true);
      for (int i = 0; i < 16; i++) {
        HttpResponse<String> created = lab.create();
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
      }
      assertThat(lab.vcenter().clones()).noneMatch(clone -> clone.host().equals(bad));
      assertThat(host(lab, bad).get("state").asText()).isEqualTo("resting");
      assertThat(host(lab, bad).get("reason").asText()).contains("the host has no room");
      assertThat(lab.readiness()).contains("\"status\":\"ok\"", bad, "the host has no room");
      assertThat(lab.get("/capacity").body()).contains("resting", "the host has no room");
      assertThat(lab.get("/metrics").body())
          .contains("hosts_resting 1.0", "images_quarantined 0.0");

      lab.vcenter().administrator().refuseClones(bad, false);
      await(
          "the probe finds the host well again",
          () -> {
            HttpResponse<String> created = lab.create();
            if (created.statusCode() == 201) {
              lab.call("DELETE", "/instances/" + BrainLab.id(created), null);
            }
            assertThat(host(lab, bad).get("state").asText()).isEqualTo("ready");
          });
      assertThat(lab.readiness()).doesNotContain(bad);
    }
  }

  @Test
  void aHostInMaintenanceInMidCloneCostsTimeAlone() throws Exception {
    VCenterOptions options = VCenterOptions.defaults().withHosts(2);
    try (BrainLab lab =
        new BrainLab(options.withTimes(SHORT.withClone(Duration.ofSeconds(1)))).start()) {
      CompletableFuture<HttpResponse<String>> create = lab.createAsync(IMAGE);
      lab.awaitClones(1);
      String host = lab.vcenter().clones().get(0).host();
      lab.vcenter().maintenance(host, true);
      HttpResponse<String> created = create.get(30, TimeUnit.SECONDS);
      assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
      assertThat(lab.get("/metrics").body())
          .contains("instance_create_retries_total{after=\"clone-failed:InvalidState\"} 1.0");
      await(
          "one is left, on the other host",
          () ->
              assertThat(lab.vcenter().clones())
                  .singleElement()
                  .satisfies(clone -> assertThat(clone.host()).isNotEqualTo(host)));
    }
  }

  @Test
  void aFullDatastoreIsNamedAndImagesElsewhereGoOnAndTheRestComesBack() throws Exception {
    VCenterOptions options =
        VCenterOptions.defaults()
            .withDatastores("small", "large")
            .withImages(
                BaseImage.of("on-small").onDatastores("small"),
                BaseImage.of("also-on-small").onDatastores("small"),
                BaseImage.of("on-large").onDatastores("large"));
    try (BrainLab lab = lab(options).set("QUARANTINE_FOR", "1s").start()) {
      lab.vcenter().datastoreFull("small", true);
      assertThat(code(create(lab, "on-small"))).isEqualTo("create-failed");
      HttpResponse<String> other = create(lab, "also-on-small");
      assertThat(other.statusCode()).isEqualTo(503);
      assertThat(other.body()).contains("Insufficient disk space on datastore 'small'");
      assertThat(other.headers().firstValue("Retry-After")).isPresent();
      assertThat(create(lab, "on-large").statusCode()).isEqualTo(201);
      assertThat(lab.readiness()).contains("Insufficient disk space on datastore 'small'");
      assertThat(lab.get("/capacity").body())
          .contains("warnings", "Insufficient disk space on datastore 'small'");
      assertThat(lab.get("/hosts").body()).doesNotContain("resting");
      assertThat(lab.get("/metrics").body())
          .contains("datastores_resting 1.0", "images_quarantined 0.0", "hosts_resting 0.0");
      lab.vcenter().datastoreFull("small", false);
      await(
          "there is room again",
          () -> assertThat(create(lab, "also-on-small").statusCode()).isEqualTo(201));
      assertThat(create(lab, "on-small").statusCode()).isEqualTo(201);
      assertThat(lab.readiness()).doesNotContain("disk space");
    }
  }

  /**
   * The image is registered on a host that vCenter has lost: no other host is to blame for that.
   */
  @Test
  void anImageOnALostHostIsNoOtherHostsFault() throws Exception {
    VCenterOptions options = VCenterOptions.defaults().withImages(BaseImage.of("alone"));
    try (BrainLab lab = lab(options).start()) {
      String home = lab.vcenter().hosts().get(0);
      lab.vcenter().disconnectHost(home);
      await("it is lost", () -> assertThat(lab.readiness()).contains(home));
      lab.vcenter()
          .faults()
          .add(
              FaultRule.always(
                  "CloneVM_Task", new FaultAction.Fault("HostNotConnected", "it is disconnected")));
      for (int i = 0; i < 3; i++) {
        assertThat(code(create(lab, "alone"))).isEqualTo("create-failed");
      }
      assertThat(lab.get("/hosts").body()).doesNotContain("resting");
    }
  }

  @Test
  void aRequestThatNoHostCanServeIsNoHostsFault() throws Exception {
    try (BrainLab lab = lab(VCenterOptions.defaults()).start()) {
      lab.vcenter()
          .faults()
          .add(
              FaultRule.always(
                  "PowerOnVM_Task",
                  new FaultAction.TaskFault("InsufficientMemoryFault", "no host has that much")));
      String huge =
          "{\"data\":{\"type\":\"instances\",\"base-image\":\"" + IMAGE + "\",\"ram\":1000000}}";
      for (int i = 0; i < 3; i++) {
        assertThat(lab.call("POST", "/instances", huge).statusCode()).isEqualTo(500);
      }
      lab.vcenter().faults().clear();
      assertThat(lab.get("/hosts").body()).doesNotContain("resting");
      assertThat(lab.create().statusCode()).isEqualTo(201);
    }
  }

  @Test
  void whatVCenterNeverBeganHoldsNoSlot() throws Exception {
    try (BrainLab lab = lab(VCenterOptions.defaults().withHosts(2)).start()) {
      lab.vcenter()
          .faults()
          .add(FaultRule.always("CloneVM_Task", new FaultAction.Fault("NoPermission", "not you")));
      List<CompletableFuture<HttpResponse<String>>> creates = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        creates.add(lab.createAsync(IMAGE));
      }
      for (CompletableFuture<HttpResponse<String>> create : creates) {
        assertThat(create.get(30, TimeUnit.SECONDS).statusCode()).isIn(500, 503);
      }
      assertThat(lab.get("/capacity").body())
          .contains("\"used\":0,\"warm\":0,\"free\":4,\"pending\":0");
      lab.vcenter().faults().clear();
      assertThat(lab.create().statusCode()).isEqualTo(201);
    }
  }

  @Test
  void anEmptyPoolBehindARefusedConnectionIsNotFull() throws Exception {
    try (BrainLab lab = lab(VCenterOptions.defaults().withHosts(2)).start()) {
      lab.vcenter().goAway();
      await("its absence is told", () -> assertThat(lab.readiness()).contains("refused"));
      assertThat(lab.get("/metrics").body()).contains("vsphere_breaker_open 1.0");
      for (int i = 0; i < 6; i++) {
        HttpResponse<String> refused = lab.create();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(code(refused)).isEqualTo("vcenter-unavailable");
      }
      lab.vcenter().comeBack();
      await(
          "the pool is empty and usable",
          () -> {
            assertThat(lab.get("/capacity").body()).contains("\"free\":4,\"pending\":0");
            assertThat(lab.create().statusCode()).isEqualTo(201);
          });
    }
  }

  @Test
  void aSlotWhoseFateOnlyVCenterKnowsIsPending() throws Exception {
    VCenterOptions options = VCenterOptions.defaults().withHosts(1);
    try (BrainLab lab =
        new BrainLab(options.withTimes(SHORT.withClone(Duration.ofSeconds(2)))).start()) {
      CompletableFuture<HttpResponse<String>> one = lab.createAsync(IMAGE);
      CompletableFuture<HttpResponse<String>> two = lab.createAsync(IMAGE);
      lab.awaitClones(2);
      // Both clients give up: their clones run on, and go when vCenter is done with them.
      one.cancel(true);
      two.cancel(true);
      await(
          "both slots are pending",
          () -> assertThat(lab.get("/capacity").body()).contains("\"free\":0,\"pending\":2"));
      HttpResponse<String> refused = lab.create();
      assertThat(code(refused)).isEqualTo("pool-full");
      assertThat(refused.body()).contains("1 full; 2 slots await vCenter");
      await(
          "both are free",
          () -> assertThat(lab.get("/capacity").body()).contains("\"free\":2,\"pending\":0"));
    }
  }

  @Test
  void orphansOnALostHostKeepNoOtherFromBeingDestroyed() throws Exception {
    VCenterOptions options = VCenterOptions.defaults().withHosts(4);
    try (BrainLab lab = lab(options).set("DESTROY_BUDGET", "2").start()) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ids.add(BrainLab.id(lab.create()));
      }
      String lost = lab.vcenter().hosts().get(0);
      lab.vcenter().disconnectHost(lost);
      await(
          "the lost host is told",
          () -> {
            assertThat(lab.readiness())
                .contains("hosts that vCenter does not reach: " + lost + ", it holds 2 instances");
            assertThat(lab.get("/metrics").body()).contains("hosts_lost 1.0");
            assertThat(lab.get("/capacity").body())
                .as("no slot of it is free")
                .contains("\"state\":\"lost\",\"total\":2,\"used\":2,");
          });
      lab.vcenter().resetCalls();
      // All are to be destroyed, those on the lost host first.
      ids.sort(
          Comparator.comparing(
              id ->
                  lab.vcenter().clones().stream()
                      .noneMatch(c -> c.name().equals(id) && c.host().equals(lost))));
      List<CompletableFuture<HttpResponse<String>>> deletes = new ArrayList<>();
      for (String id : ids) {
        deletes.add(lab.sendAsync(lab.request("/instances/" + id).DELETE().build()));
      }
      await(
          "all others are gone",
          () ->
              assertThat(lab.vcenter().clones())
                  .hasSize(2)
                  .allMatch(clone -> clone.host().equals(lost)));
      assertThat(lab.readiness()).contains("2 machines on " + lost + " could not be destroyed yet");
      long tried = tries(lab);
      Awaitility.await("nothing is tried there in the next rounds")
          .atMost(BrainLab.PATIENCE)
          .during(Duration.ofSeconds(1)) // three rounds
          .until(() -> tries(lab) == tried);
      lab.vcenter().reconnectHost(lost);
      for (CompletableFuture<HttpResponse<String>> delete : deletes) {
        assertThat(delete.get(30, TimeUnit.SECONDS).statusCode()).isIn(204, 500);
      }
    }
  }

  private static long tries(BrainLab lab) {
    return lab.vcenter().calls("PowerOffVM_Task") + lab.vcenter().calls("Destroy_Task");
  }
}
