package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.CrashPoint.Step;
import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A machine that is to be destroyed leaves the inventory and comes back under another reference, in
 * the folder of clones or elsewhere: nobody holds it, so it must not stay.
 */
class ReturningMachinesIT {

  /** Some rounds, on a busy machine; well below the minute that a client may wait. */
  private static final Duration SOON = Duration.ofSeconds(20);

  /** What a person does to it while the broker passes a step of its destruction. */
  private final AtomicReference<Runnable> person = new AtomicReference<>(() -> {});

  private BrainLab lab(Step during) {
    return lab(during, "300ms");
  }

  private BrainLab lab(Step during, String interval) {
    BrainLab lab =
        new BrainLab(VCenterOptions.defaults().withHosts(1))
            .set("AUTH_TOKENS", "ci=ci-token,other=other-token")
            .set("RECONCILE_INTERVAL", interval);
    lab.startUnready(
        step -> {
          if (step == during) {
            person.getAndSet(() -> {}).run();
          }
        });
    lab.awaitReady();
    return lab;
  }

  private static String created(BrainLab lab, boolean elsewhere) throws Exception {
    String id = id(lab.create());
    if (elsewhere) {
      assertThat(lab.vcenter().administrator().moveToFolder(id, "Somewhere")).isTrue();
    }
    return id;
  }

  private static void assertNothingIsLeft(BrainLab lab) {
    Awaitility.await("the machine is destroyed, and its slot free")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                lab.vcenter().clones().isEmpty()
                    && lab.get("/capacity").body().contains("\"used\":0,\"warm\":0,\"free\":2"));
  }

  @ParameterizedTest
  @CsvSource({
    "DECISION_RECORDED, false",
    "DECISION_RECORDED, true",
    "SWITCHED_OFF, false",
    "SWITCHED_OFF, true"
  })
  void whatChangesItsReferenceWhileItIsDestroyedIsDestroyed(Step during, boolean elsewhere)
      throws Exception {
    try (BrainLab lab = lab(during)) {
      String id = created(lab, elsewhere);
      Administrator administrator = lab.vcenter().administrator();
      person.set(
          () -> assertThat(administrator.unregister(id) && administrator.register(id)).isTrue());
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      assertNothingIsLeft(lab);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BEFORE_DECISION, false",
    "BEFORE_DECISION, true",
    "DECISION_RECORDED, false",
    "DECISION_RECORDED, true",
    "SWITCHED_OFF, false",
    "SWITCHED_OFF, true"
  })
  void whatWasNotThereToBeDestroyedIsDestroyedWhenItReturns(Step during, boolean elsewhere)
      throws Exception {
    try (BrainLab lab = lab(during)) {
      String id = created(lab, elsewhere);
      Administrator administrator = lab.vcenter().administrator();
      person.set(() -> assertThat(administrator.unregister(id)).isTrue());
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      assertThat(administrator.register(id)).isTrue();
      assertNothingIsLeft(lab);
    }
  }

  /** It runs on its host, though vCenter does not show it: another one would be one too many. */
  @ParameterizedTest
  @EnumSource(names = {"BEFORE_DECISION", "DECISION_RECORDED", "SWITCHED_OFF"})
  void theSlotOfWhatWasNotThereToBeDestroyedIsHeld(Step during) throws Exception {
    try (BrainLab lab = lab(during, "2s")) {
      String id = created(lab, false);
      assertThat(lab.create().statusCode()).isEqualTo(201);
      Administrator administrator = lab.vcenter().administrator();
      person.set(() -> assertThat(administrator.unregister(id)).isTrue());
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      HttpResponse<String> refused = lab.create();
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("1 slot awaits vCenter");
      assertThat(administrator.register(id)).isTrue();
      Awaitility.await("its slot is free")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.create().statusCode() == 201);
      assertThat(lab.vcenter().clones()).noneMatch(machine -> machine.original().equals(id));
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
    }
  }

  /** As when a person has destroyed it: the slot is not held for ever. */
  @Test
  void theSlotOfWhatNeverReturnsIsFreeAgain() throws Exception {
    try (BrainLab lab = lab(Step.READY_RECORDED)) {
      String id = created(lab, false);
      assertThat(lab.vcenter().administrator().unregister(id)).isTrue();
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      assertNothingIsLeft(lab);
    }
  }

  /** Its owner was told 404, and said all the same that it wants it no more. */
  @ParameterizedTest
  @ValueSource(strings = {"an administrator", "a client"})
  void whatIsDeletedAfterItsRecordWasClosedIsDestroyedWhenItReturns(String who) throws Exception {
    try (BrainLab lab = lab(Step.READY_RECORDED)) {
      String token = who.equals("a client") ? "ci-token" : "secret";
      String id = id(as(token, lab, "POST", "/instances", BodyPublishers.ofString(order(IMAGE))));
      Administrator administrator = lab.vcenter().administrator();
      assertThat(administrator.unregister(id)).isTrue();
      String path = "/instances/" + id;
      Awaitility.await("its record is closed")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get(path).statusCode() == 404);
      assertThat(as("other-token", lab, "DELETE", path, BodyPublishers.noBody()).statusCode())
          .isEqualTo(404);
      assertThat(as(token, lab, "DELETE", path, BodyPublishers.noBody()).statusCode())
          .isEqualTo(404);
      assertThat(administrator.register(id)).isTrue();
      assertNothingIsLeft(lab);
    }
  }

  /** A key stands for one instance: its owner did not keep the first if it asks for it again. */
  @Test
  void whatWasAskedForAgainWhileItWasOutOfSightIsDestroyedWhenItReturns() throws Exception {
    try (BrainLab lab = lab(Step.READY_RECORDED)) {
      String first = id(keyed(lab));
      Administrator administrator = lab.vcenter().administrator();
      assertThat(administrator.unregister(first)).isTrue();
      Awaitility.await("its record is closed")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + first).statusCode() == 404);
      String second = id(keyed(lab));
      assertThat(second).isNotEqualTo(first);
      assertThat(administrator.register(first)).isTrue();
      lab.awaitClones(1);
      lab.assertKept(second, Duration.ofSeconds(1));
    }
  }

  private static HttpResponse<String> keyed(BrainLab lab) throws Exception {
    return lab.send(
        lab.request("/instances")
            .header("Idempotency-Key", "wish")
            .POST(BodyPublishers.ofString(order(IMAGE)))
            .build());
  }

  private static HttpResponse<String> as(
      String token, BrainLab lab, String method, String path, BodyPublisher body) throws Exception {
    return lab.send(
        HttpRequest.newBuilder(lab.url(path))
            .timeout(BrainLab.PATIENCE)
            .header("Authorization", "token " + token)
            .method(method, body)
            .build());
  }
}
