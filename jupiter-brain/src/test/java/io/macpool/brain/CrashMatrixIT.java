package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.Checkpoint.Step;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.OperationTimes;
import io.macpool.sim.vcenter.VCenterOptions;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a broker's process at every step of create and destroy, and looks whether anything leaked,
 * was lost, or was too much for a host: with one broker, which is started again on the same ledger,
 * and with two, of which the other lives on and is asked for instances all the while.
 *
 * <p>Production's 10 s between reconciliations are 300 ms here, so its 60 s are 1.8 s; the deadline
 * is longer, for a busy machine's sake.
 */
class CrashMatrixIT {

  /** The promise: nothing without an owner is left a minute after the recovery. */
  private static final Duration RECOVERY = Duration.ofSeconds(60);

  private static final OperationTimes SHORT =
      OperationTimes.none()
          .withClone(Duration.ofMillis(100))
          .withPowerOn(Duration.ofMillis(50))
          .withDestroy(Duration.ofMillis(50));

  private static SharedPostgres postgres;

  /** The next case's broker warms up while this case runs. */
  private static DoomedBroker next;

  @BeforeAll
  static void prepare() throws Exception {
    next = new DoomedBroker();
    postgres = new SharedPostgres();
  }

  @AfterAll
  static void clearUp() throws Exception {
    next.close();
    postgres.close();
  }

  private static DoomedBroker doomed() throws Exception {
    DoomedBroker warm = next;
    next = new DoomedBroker();
    return warm;
  }

  private static BrainLab lab() {
    BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(SHORT).withHosts(1));
    return lab.set("REQUEST_TIMEOUT", "3s");
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void theOnlyBrokerIsKilledAndStartedAgain(Step step, @TempDir Path folder) throws Exception {
    try (BrainLab lab = lab().set("LEDGER_FILE", folder.resolve("ledger").toString())) {
      Optional<String> owned = liveAndDie(lab, step);
      lab.startUnready();
      assertSettled(lab, owned.stream().toList());
      // The slots are of use, too.
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isLessThanOrEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void oneOfTwoBrokersIsKilledAndTheOtherLives(Step step) throws Exception {
    try (BrainLab lab = lab().set("DATABASE_URL", postgres.database()).start()) {
      List<String> owned = new ArrayList<>();
      owned.add(id(lab.create()));
      Optional<String> survived = liveAndDie(lab, step);
      survived.ifPresent(owned::add);
      if (survived.isEmpty()) {
        // The dead broker's slot is free again, and not before its machine is gone.
        HttpResponse<String> another =
            Awaitility.await("an instance in the place of the dead broker's")
                .atMost(RECOVERY)
                .pollInterval(Duration.ofMillis(50))
                .until(lab::create, answer -> answer.statusCode() == 201);
        owned.add(id(another));
      } else {
        assertThat(lab.create().statusCode()).isEqualTo(503);
      }
      assertSettled(lab, owned);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isLessThanOrEqualTo(2);
    }
  }

  /** The owners live on, and ask for what they have now and then. */
  private static void assertSettled(BrainLab lab, List<String> owned) {
    Awaitility.await("no VM without an owner, and every slot accounted for")
        .atMost(RECOVERY)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              for (String id : owned) {
                assertThat(lab.get("/instances/" + id).statusCode()).isEqualTo(200);
              }
              assertThat(lab.vcenter().clones())
                  .extracting(MachineView::name)
                  .containsExactlyInAnyOrderElementsOf(owned);
              HttpResponse<String> capacity = lab.get("/capacity");
              assertThat(capacity.statusCode()).isEqualTo(200);
              assertThat(capacity.body())
                  .contains(
                      "\"used\":" + owned.size() + ",\"warm\":0,\"free\":" + (2 - owned.size()));
            });
  }

  /** The instance that a client still holds after the crash, if one does. */
  private static Optional<String> liveAndDie(BrainLab lab, Step step) throws Exception {
    try (DoomedBroker broker = doomed()) {
      broker.begin(lab.environment(), step);
      Optional<HttpResponse<String>> created = broker.tryCall("POST", "/instances", order(IMAGE));
      Optional<String> held = Optional.empty();
      if (created.isPresent()) {
        String id = id(created.get());
        if (step == Step.ANSWERED) {
          held = Optional.of(id);
        } else {
          assertThat(broker.tryCall("DELETE", "/instances/" + id, null))
              .as("the broker halts on the way")
              .isEmpty();
          // Before the decision is on record, the client's DELETE has not been accepted.
          held = step == Step.BEFORE_DECISION ? Optional.of(id) : Optional.empty();
        }
      }
      broker.assertHalted();
      return held;
    }
  }
}
