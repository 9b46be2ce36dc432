package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.CrashPoint.Step;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link CrashMatrixIT} with a Mac instead of a vCenter: a broker's process is killed at every step
 * of create and destroy, and whoever follows it, or lives on beside it, leaves nothing behind and
 * takes from nobody what is his.
 */
class TartCrashIT {

  private static final String ARM = "macos-26-xcode-26";
  private static final Duration RECOVERY = Duration.ofSeconds(100);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int SIDE_BY_SIDE = 4;

  /**
   * Where the other replica meets what was half done on the Mac; at the other steps it meets the
   * ledger alone, which {@link CrashMatrixIT} plays. All of them by {@code -Dtart.crash.steps=all}.
   */
  private static final Set<Step> BESIDE_ANOTHER =
      System.getProperty("tart.crash.steps", "").equals("all")
          ? EnumSet.allOf(Step.class)
          : EnumSet.of(Step.CLONED, Step.SWITCHED_ON, Step.DECISION_RECORDED, Step.SWITCHED_OFF);

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
    for (Step step : Step.values()) {
      cells.put("the only one at " + step, () -> only(step));
      if (BESIDE_ANOTHER.contains(step)) {
        cells.put("one of two at " + step, () -> oneOfTwo(step));
      }
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

  private MacFleet fleet(Path directory) {
    return MacFleet.start(directory, 1, MacTimes.SHORT, GuestPower.addressesOnly(), List.of(ARM));
  }

  private static BrainLab lab(Path directory, MacFleet fleet) throws IOException {
    Path hosts = Files.writeString(directory.resolve("hosts.yaml"), fleet.hostsFile());
    Path known = Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts());
    return new BrainLab(VCenterOptions.defaults().withHosts(1))
        .set("TART_HOSTS", hosts.toString())
        .set("TART_KEY_FILE", fleet.keyFile().toString())
        .set("TART_KNOWN_HOSTS", known.toString())
        .set("TART_INTERVAL", "1s")
        .set("TART_SETTLE", "400ms");
  }

  private Void only(Step step) throws Exception {
    Path directory = folder.resolve("only-" + step);
    try (MacFleet fleet = fleet(directory);
        BrainLab lab =
            lab(directory, fleet).set("LEDGER_FILE", directory.resolve("ledger").toString())) {
      Optional<String> owned = liveAndDie(lab, step);
      lab.startUnready();
      assertSettled(lab, fleet, owned.stream().toList());
      List<String> all = new ArrayList<>(owned.stream().toList());
      all.add(created(lab)); // the slots are of use
      assertThat(clones(fleet)).containsExactlyInAnyOrderElementsOf(all);
    }
    return null;
  }

  private Void oneOfTwo(Step step) throws Exception {
    Path directory = folder.resolve("two-" + step);
    try (MacFleet fleet = fleet(directory);
        BrainLab lab = lab(directory, fleet).set("DATABASE_URL", postgres.database()).start()) {
      List<String> owned = new ArrayList<>();
      owned.add(created(lab));
      Optional<String> survived = liveAndDie(lab, step);
      survived.ifPresent(owned::add);
      if (survived.isEmpty()) {
        owned.add(created(lab));
      }
      assertSettled(lab, fleet, owned);
    }
    return null;
  }

  private static String created(BrainLab lab) throws Exception {
    return BrainLab.id(
        Awaitility.await("an instance")
            .atMost(RECOVERY)
            .pollInterval(Duration.ofMillis(100))
            .until(
                () -> lab.call("POST", "/instances", BrainLab.order(ARM)),
                answer -> answer.statusCode() == 201));
  }

  private static Set<String> clones(MacFleet fleet) {
    Set<String> all = fleet.mac("mac-1").localVms();
    all.remove("golden-" + ARM);
    return all;
  }

  private static void assertSettled(BrainLab lab, MacFleet fleet, List<String> owned) {
    Awaitility.await("no VM without an owner, and every slot accounted for")
        .atMost(RECOVERY)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              for (String id : owned) {
                assertThat(lab.get("/instances/" + id).statusCode()).isEqualTo(200);
              }
              assertThat(clones(fleet)).containsExactlyInAnyOrderElementsOf(owned);
              assertThat(fleet.mac("mac-1").runningVms()).hasSize(owned.size());
              assertThat(lab.get("/capacity").body())
                  .contains(
                      "\"used\":" + owned.size() + ",\"warm\":0,\"free\":" + (4 - owned.size()));
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

  private static Passage createAndDelete(DoomedBroker broker, Step step) throws Exception {
    Optional<HttpResponse<String>> created =
        broker.tryCall("POST", "/instances", BrainLab.order(ARM));
    if (created.isEmpty()) {
      return new Passage(true, Optional.empty());
    }
    if (created.get().statusCode() != 201) {
      return new Passage(false, Optional.empty());
    }
    String id = BrainLab.id(created.get());
    if (step == Step.ANSWERED) {
      return new Passage(true, Optional.of(id));
    }
    boolean halted = broker.tryCall("DELETE", "/instances/" + id, null).isEmpty();
    // Before the decision is on record, the client's DELETE has not been accepted.
    return new Passage(halted, step == Step.BEFORE_DECISION ? Optional.of(id) : Optional.empty());
  }
}
