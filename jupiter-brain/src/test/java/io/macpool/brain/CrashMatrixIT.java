package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.CrashPoint.Step;
import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a broker's process at every step of create and destroy, and looks whether anything leaked,
 * was lost, or was too much for a host: with one broker, which is started again on the same ledger,
 * also after a person did something to all machines meanwhile; and with two, of which the other
 * lives on and is asked for instances all the while.
 *
 * <p>Production's 10 s between reconciliations are 300 ms here, so its 60 s are 1.8 s; the deadline
 * is longer, for a busy machine's sake. Most of a cell's time is waiting, so some run side by side.
 */
class CrashMatrixIT {

  /** Half of the promised minute: nothing without an owner is left then, on a busy machine too. */
  private static final Duration RECOVERY = Duration.ofSeconds(30);

  private static final int SIDE_BY_SIDE = 4;

  /** The longest that a cell may take on a busy machine, with its turn. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final OperationTimes SHORT =
      OperationTimes.none()
          .withClone(Duration.ofMillis(100))
          .withPowerOn(Duration.ofMillis(50))
          .withDestroy(Duration.ofMillis(50));

  /** What happens to every machine between the crash and the start. */
  private enum Meanwhile {
    NOTHING((person, machine) -> {}),
    MOVED((person, machine) -> person.moveToFolder(machine, "Somewhere")),
    RENAMED((person, machine) -> person.rename(machine, "of " + machine.substring(0, 8))),
    REGISTERED_ANEW(
        (person, machine) -> {
          person.unregister(machine);
          person.register(machine);
        }),
    MOVED_AND_REGISTERED_ANEW(
        (person, machine) -> {
          person.moveToFolder(machine, "Somewhere");
          person.unregister(machine);
          person.register(machine);
        });

    @SuppressWarnings("ImmutableEnumChecker") // it has no state
    private final BiConsumer<Administrator, String> deed;

    Meanwhile(BiConsumer<Administrator, String> deed) {
      this.deed = deed;
    }

    void toAll(BrainLab lab) {
      for (MachineView machine : lab.vcenter().clones()) {
        deed.accept(lab.vcenter().administrator(), machine.original());
      }
    }
  }

  @FunctionalInterface
  private interface Cell {
    Void run() throws Exception;
  }

  private static SharedPostgres postgres;
  private static ExecutorService threads;

  @TempDir private Path folder;

  @BeforeAll
  static void prepare() throws Exception {
    postgres = new SharedPostgres();
    threads = Executors.newFixedThreadPool(SIDE_BY_SIDE);
  }

  @AfterAll
  static void clearUp() throws Exception {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    postgres.close();
  }

  @TestFactory
  Stream<DynamicTest> everyStep() {
    Map<String, Cell> cells = new LinkedHashMap<>();
    Meanwhile[] deeds = Meanwhile.values();
    for (Step step : Step.values()) {
      cells.put("the only one at " + step, () -> only(step, Meanwhile.NOTHING));
      Meanwhile deed = deeds[1 + cells.size() / 3 % (deeds.length - 1)];
      cells.put("the only one at " + step + ", machines " + deed, () -> only(step, deed));
      cells.put("one of two at " + step, () -> oneOfTwo(step));
    }
    Map<String, Future<Void>> running = new LinkedHashMap<>();
    cells.forEach((name, cell) -> running.put(name, threads.submit(cell::run)));
    return running.entrySet().stream()
        .map(cell -> DynamicTest.dynamicTest(cell.getKey(), () -> end(cell.getValue())));
  }

  private static void end(Future<Void> cell) throws Throwable {
    try {
      cell.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static BrainLab lab() {
    BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(SHORT).withHosts(1));
    return lab.set("REQUEST_TIMEOUT", "3s");
  }

  private Void only(Step step, Meanwhile meanwhile) throws Exception {
    String ledger = folder.resolve(step + "-" + meanwhile).toString();
    try (BrainLab lab = lab().set("LEDGER_FILE", ledger)) {
      Optional<String> owned = liveAndDie(lab, step);
      meanwhile.toAll(lab);
      lab.startUnready();
      assertSettled(lab, owned.stream().toList());
      // The slots are of use, too.
      created(lab);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isLessThanOrEqualTo(2);
    }
    return null;
  }

  private Void oneOfTwo(Step step) throws Exception {
    try (BrainLab lab = lab().set("DATABASE_URL", postgres.database()).start()) {
      List<String> owned = new ArrayList<>();
      owned.add(created(lab));
      Optional<String> survived = liveAndDie(lab, step);
      survived.ifPresent(owned::add);
      if (survived.isEmpty()) {
        // The dead broker's slot is free again, and not before its machine is gone.
        owned.add(created(lab));
      } else {
        assertThat(lab.create().statusCode()).isEqualTo(503);
      }
      assertSettled(lab, owned);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isLessThanOrEqualTo(2);
    }
    return null;
  }

  /** It is asked for until there is one: a create has 3 s, on a busy machine too few. */
  private static String created(BrainLab lab) throws Exception {
    return id(
        Awaitility.await("an instance")
            .atMost(RECOVERY)
            .pollInterval(Duration.ofMillis(50))
            .until(lab::create, answer -> answer.statusCode() == 201));
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
                  .extracting(MachineView::original)
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
    try (DoomedBroker broker = new DoomedBroker()) {
      broker.begin(lab.environment(), step);
      Optional<String> held =
          Awaitility.await("the broker halts on the way")
              .atMost(BrainLab.PATIENCE)
              .until(() -> createAndDelete(broker, step), Passage::halted)
              .held();
      broker.assertHalted();
      return held;
    }
  }

  /**
   * How far a broker came.
   *
   * @param held the instance that its client holds
   */
  private record Passage(boolean halted, Optional<String> held) {}

  /**
   * It comes to its end unhalted if the other broker, which leads, has carried out its decision
   * before it did so itself; and a cold process on a busy machine may be taken for dead, and its
   * create for abandoned.
   */
  private static Passage createAndDelete(DoomedBroker broker, Step step) throws Exception {
    Optional<HttpResponse<String>> created = broker.tryCall("POST", "/instances", order(IMAGE));
    if (created.isEmpty()) {
      return new Passage(true, Optional.empty());
    }
    if (created.get().statusCode() != 201) {
      return new Passage(false, Optional.empty());
    }
    String id = id(created.get());
    if (step == Step.ANSWERED) {
      return new Passage(true, Optional.of(id));
    }
    boolean halted = broker.tryCall("DELETE", "/instances/" + id, null).isEmpty();
    // Before the decision is on record, the client's DELETE has not been accepted.
    return new Passage(halted, step == Step.BEFORE_DECISION ? Optional.of(id) : Optional.empty());
  }
}
