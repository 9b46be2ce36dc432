package io.macpool.brain;

import static io.macpool.brain.BrainLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.Checkpoint.Step;
import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.VCenterOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    BrainLab lab = new BrainLab(VCenterOptions.defaults().withHosts(1));
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
}
