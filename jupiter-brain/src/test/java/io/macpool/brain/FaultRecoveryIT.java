package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.code;
import static io.macpool.brain.BrainLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FaultRecoveryIT {

  private static final OperationTimes SHORT =
      OperationTimes.none()
          .withClone(Duration.ofMillis(100))
          .withPowerOn(Duration.ofMillis(50))
          .withDestroy(Duration.ofMillis(50));

  static Stream<Arguments> mishaps() {
    List<Arguments> all = new ArrayList<>();
    for (String method :
        List.of("CloneVM_Task", "PowerOnVM_Task", "PowerOffVM_Task", "Destroy_Task")) {
      all.add(Arguments.of(method, new FaultAction.DropBefore()));
      all.add(Arguments.of(method, new FaultAction.DropAfter()));
      all.add(Arguments.of(method, new FaultAction.HalfAnswer()));
      all.add(Arguments.of(method, new FaultAction.ExpireSession()));
    }
    all.add(Arguments.of("CloneVM_Task", new FaultAction.Html()));
    all.add(Arguments.of("CloneVM_Task", new FaultAction.Unavailable()));
    all.add(Arguments.of("Destroy_Task", new FaultAction.Html()));
    all.add(Arguments.of("Destroy_Task", new FaultAction.Unavailable()));
    all.add(Arguments.of("WaitForUpdatesEx", new FaultAction.HalfAnswer()));
    all.add(Arguments.of("WaitForUpdatesEx", new FaultAction.DropAfter()));
    all.add(Arguments.of("WaitForUpdatesEx", new FaultAction.Html()));
    return all.stream();
  }

  @ParameterizedTest(name = "{1} at {0}")
  @MethodSource("mishaps")
  void oneMishapCostsTimeButNeitherAnInstanceNorADouble(String method, FaultAction mishap)
      throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(SHORT)).start()) {
      lab.vcenter().faults().add(FaultRule.once(method, mishap));
      HttpResponse<String> created = lab.create();
      assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
      assertThat(lab.vcenter().clones())
          .singleElement()
          .satisfies(machine -> assertThat(machine.poweredOn()).isTrue());
      HttpResponse<String> deleted = lab.call("DELETE", "/instances/" + id(created), null);
      assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(204);
      lab.awaitClones(0);
      assertThat(lab.vcenter().peaks().machines()).isEqualTo(1);
    }
  }

  @Test
  void aTaskThatFailsIsNamedAndLeavesNothing() throws Exception {
    try (BrainLab lab =
        new BrainLab(VCenterOptions.defaults().withTimes(SHORT))
            .set("QUARANTINE_AFTER", "2")
            .start()) {
      lab.vcenter()
          .faults()
          .add(FaultRule.always("CloneVM_Task", new FaultAction.TaskFault("FileFault", "torn")));
      HttpResponse<String> failed = lab.create();
      assertThat(failed.statusCode()).isEqualTo(500);
      assertThat(code(failed)).isEqualTo("create-failed");
      assertThat(failed.body()).contains("clone-failed:FileFault");
      assertThat(failed.body()).contains("torn").doesNotContain("Exception");
      assertThat(lab.create().statusCode()).isEqualTo(500);

      HttpResponse<String> shutOut = lab.create();
      assertThat(shutOut.statusCode()).isEqualTo(503);
      assertThat(code(shutOut)).isEqualTo("quarantined");
      assertThat(lab.get("/images").body()).contains("quarantined").contains("torn");
      lab.awaitClones(0);
      Awaitility.await("slots are free again")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/capacity").body().contains("\"used\":0,\"warm\":0,\"free\":8"));
    }
  }

  @Test
  void aPowerOnThatFailsLeavesNothing() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(SHORT)).start()) {
      lab.vcenter()
          .faults()
          .add(
              FaultRule.always(
                  "PowerOnVM_Task",
                  new FaultAction.TaskFault("InsufficientResourcesFault", "no memory")));
      HttpResponse<String> failed = lab.create();
      assertThat(code(failed)).isEqualTo("create-failed");
      assertThat(failed.body()).contains("InsufficientResourcesFault", "no memory");
      lab.awaitClones(0);
    }
  }

  @Test
  void aClientThatGoesAwayLeavesNothing() throws Exception {
    OperationTimes slow = SHORT.withClone(Duration.ofMillis(700));
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(slow)).start()) {
      CompletableFuture<HttpResponse<String>> create = lab.createAsync(IMAGE);
      lab.awaitClones(1);
      create.cancel(true);
      lab.awaitClones(0);
      assertThat(lab.vcenter().peaks().machines()).isEqualTo(1);
    }
  }

  @Test
  void aRequestThatTakesTooLongLeavesNothing() throws Exception {
    OperationTimes slow = SHORT.withClone(Duration.ofSeconds(2));
    try (BrainLab lab =
        new BrainLab(VCenterOptions.defaults().withTimes(slow))
            .set("REQUEST_TIMEOUT", "500ms")
            .start()) {
      HttpResponse<String> late = lab.create();
      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(code(late)).isEqualTo("timeout");
      lab.awaitClones(0);
    }
  }

  @Test
  void aVCenterThatComesBackIsUsedAgainWithoutARestart() throws Exception {
    try (BrainLab lab =
        new BrainLab(VCenterOptions.defaults().withTimes(SHORT))
            .set("VSPHERE_STALE_AFTER", "300ms")
            .startUnready()) {
      lab.awaitReadyWithoutSlots();
      lab.vcenter().goAway();
      Awaitility.await("not ready")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/health/ready").statusCode() == 503);
      HttpResponse<String> refused = lab.create();
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(lab.get("/capacity").statusCode()).isEqualTo(503);
      lab.vcenter().comeBack();
      Awaitility.await("a create works")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.create().statusCode() == 201);
    }
  }

  @Test
  void aVCenterThatRestartsDuringACreateDoublesNothing() throws Exception {
    OperationTimes slow = SHORT.withClone(Duration.ofSeconds(1));
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(slow)).start()) {
      CompletableFuture<HttpResponse<String>> create = lab.createAsync(IMAGE);
      lab.awaitClones(1);
      lab.vcenter().goAwayFor(Duration.ofMillis(500));
      HttpResponse<String> created = create.get(30, TimeUnit.SECONDS);
      assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
      assertThat(lab.vcenter().peaks().machines()).isEqualTo(1);
    }
  }

  @Test
  void anExpiredSessionIsRenewedOnceForAll() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(SHORT)).start()) {
      long before = lab.vcenter().logins();
      lab.vcenter().expireSessions();
      List<CompletableFuture<HttpResponse<String>>> creates = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        creates.add(lab.createAsync(IMAGE));
      }
      for (CompletableFuture<HttpResponse<String>> create : creates) {
        assertThat(create.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
      }
      assertThat(lab.vcenter().logins()).isEqualTo(before + 1);
      assertThat(lab.vcenter().sessions()).isEqualTo(1);
    }
  }

  @Test
  void aFrozenImageIsClonedInstantlyAndOtherwiseAfterAll() throws Exception {
    VCenterOptions options =
        VCenterOptions.defaults().withTimes(SHORT).withImages(BaseImage.of("frozen").asFrozen());
    try (BrainLab lab = new BrainLab(options).start()) {
      lab.vcenter().resetCalls();
      HttpResponse<String> instant = lab.call("POST", "/instances", BrainLab.order("frozen"));
      assertThat(instant.statusCode()).as(instant.body()).isEqualTo(201);
      assertThat(lab.vcenter().calls("InstantClone_Task")).isEqualTo(1);
      assertThat(lab.vcenter().calls("PowerOnVM_Task")).isZero();

      lab.vcenter()
          .faults()
          .add(
              FaultRule.always(
                  "InstantClone_Task", new FaultAction.TaskFault("NotSupported", "not today")));
      HttpResponse<String> linked = lab.call("POST", "/instances", BrainLab.order("frozen"));
      assertThat(linked.statusCode()).as(linked.body()).isEqualTo(201);
      assertThat(lab.vcenter().calls("CloneVM_Task")).isEqualTo(1);
      assertThat(lab.vcenter().clones()).hasSize(2).allMatch(machine -> machine.poweredOn());
    }
  }
}
