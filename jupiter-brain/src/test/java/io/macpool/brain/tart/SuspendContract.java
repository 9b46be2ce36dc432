package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.CloneOrder.Suspension;
import io.macpool.brain.tart.suspend.SuspendTexts;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.StartTimes;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of guests that a Mac is to keep suspended. */
abstract class SuspendContract {

  private static final String IMAGE = "xcode";
  private static final String GOLDEN = MacFleet.GOLDEN + IMAGE;
  private static final String LEDGER = "the-ledger";
  private static final String MAC = "tart:mac-1";
  private static final Duration LIMIT = Duration.ofSeconds(40);

  /** As long as a suspension or a resume may take here. */
  private static final Duration TASKS = Duration.ofSeconds(6);

  private static final Duration BOOT = Duration.ofSeconds(7);

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx();
  private MacFleet fleet;
  private TartOptions options;
  private TartHypervisor macs;

  abstract MacFleet fleet(Path folder, String image);

  @BeforeEach
  void start() throws Exception {
    fleet = fleet(directory.resolve("macs"), IMAGE);
    options =
        new TartOptions(
            Files.writeString(
                directory.resolve("hosts.yaml"),
                "defaults: {suspend: {xcode: 1}}\n" + fleet.hostsFile()),
            fleet.keyFile(),
            Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts()),
            Duration.ofMillis(200),
            Duration.ofSeconds(20),
            TASKS,
            Duration.ofMillis(400),
            LIMIT,
            Optional.empty(),
            22,
            Set.of());
    macs = open();
  }

  private TartHypervisor open() throws Exception {
    TartHypervisor opened =
        TartHypervisor.start(
            vertx,
            options,
            HostsFile.parse(Files.readString(options.hosts())),
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    opened.identify(Identities.of(LEDGER, List.of()));
    Awaitility.await("a Mac that answers")
        .atMost(LIMIT)
        .until(() -> opened.lastKnown().images().values().stream().anyMatch(Image::usable));
    return opened;
  }

  @AfterEach
  void stop() {
    macs.close();
    fleet.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static <T> T get(CompletableFuture<T> work) throws Exception {
    return work.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static CompletableFuture<String> order(
      TartHypervisor by, String name, Suspension suspension) {
    return by.cloneLinked(
        new CloneOrder(
            by.lastKnown().image(IMAGE).orElseThrow(),
            name,
            Optional.of(MAC),
            new Mark(LEDGER, name),
            suspension));
  }

  /** What the Mac has beside its image. */
  private Set<String> vms() {
    Set<String> all = new HashSet<>(mac().localVms());
    all.remove(GOLDEN);
    return all;
  }

  private MacSimulator mac() {
    return fleet.mac("mac-1");
  }

  private void await(String what, Predicate<Host.Suspended> condition) {
    Awaitility.await(what)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                condition.test(
                    macs.lastKnown()
                        .hosts()
                        .get(MAC)
                        .traits()
                        .suspended()
                        .get(TartRefs.image(GOLDEN))));
  }

  private String running(String name, Suspension suspension) throws Exception {
    String ref = get(order(macs, name, suspension));
    get(macs.powerOn(ref));
    return ref;
  }

  private void keep(String name) throws Exception {
    get(macs.suspend(running(name, Suspension.KEEP), BOOT));
    await("it is kept", guests -> guests.kept() > 0);
  }

  private StartTimes starts() {
    return macs.lastKnown().image(IMAGE).orElseThrow().starts();
  }

  private void awaitStarts(Predicate<StartTimes> condition) {
    Awaitility.await("starts as expected")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> condition.test(starts()));
  }

  @Test
  void oneThatIsKeptIsNoMachineAndTakesTheNextClonesPlace() throws Exception {
    await("none is there, and one is wanted", guests -> guests.lacking() == 1);
    keep("made");
    assertThat(vms()).containsExactly(SuspendTexts.PREFIX + "made");
    assertThat(mac().suspendedVms()).containsExactly(SuspendTexts.PREFIX + "made");
    assertThat(macs.lastKnown().machines()).isEmpty();
    assertThat(macs.lastKnown().others()).isEmpty();
    awaitStarts(starts -> starts.equals(new StartTimes(1, BOOT, 0, Duration.ZERO)));

    // Neither a clone that has nothing to do with it nor one that is to be kept itself takes it.
    get(macs.destroy(get(order(macs, "plain", Suspension.NONE))));
    get(macs.destroy(get(order(macs, "kept", Suspension.KEEP))));
    assertThat(mac().suspendedVms()).containsExactly(SuspendTexts.PREFIX + "made");

    String ref = running("taken", Suspension.TAKE);
    assertThat(ref).isEqualTo(MAC + "/taken");
    assertThat(vms()).containsExactly("taken");
    Awaitility.await("it is an instance as any other")
        .atMost(LIMIT)
        .until(
            () ->
                macs.lastKnown()
                    .machine("taken")
                    .filter(m -> m.power() == PowerState.ON && m.ipv4().isPresent())
                    .isPresent());
    awaitStarts(starts -> starts.resumes() == 1 && !starts.resume().isZero());
    assertThat(mac().file(".macpool/suspended/" + SuspendTexts.PREFIX + "made")).isEmpty();
    get(macs.powerOff(ref));
    get(macs.destroy(ref));
    assertThat(vms()).isEmpty();
    assertThat(mac().file(".macpool/runs/kept.keep")).isEmpty();
  }

  @Test
  void twoBrokersDoNotGetTheSameOne() throws Exception {
    keep("made");
    try (TartHypervisor other = open()) {
      CompletableFuture<String> one = order(macs, "one", Suspension.TAKE);
      CompletableFuture<String> two = order(other, "two", Suspension.TAKE);
      get(one);
      get(two);
    }
    assertThat(vms()).containsExactlyInAnyOrder("one", "two");
    assertThat(mac().suspendedVms()).hasSize(1);
  }

  @Test
  void oneThatCantGoOnIsClonedAndBootedInstead() throws Exception {
    keep("made");
    mac().resumeFails(true);
    running("taken", Suspension.TAKE);
    assertThat(mac().runningVms()).containsExactly("taken");
    assertThat(vms()).containsExactly("taken");
    assertThat(starts().resumes()).isZero();
  }

  @Test
  void whatIsNotSuspendedInTimeOrAtAllFailsAndIsThereToBeDestroyed() throws Exception {
    String ref = running("made", Suspension.KEEP);
    mac().suspendHangs(true);
    assertThatThrownBy(() -> get(macs.suspend(ref, BOOT))).isNotNull();
    assertThat(vms()).containsExactly("made");
    mac().suspendHangs(false);
    mac().suspendFails(true);
    assertThatThrownBy(() -> get(macs.suspend(ref, BOOT))).isNotNull();
    assertThat(vms()).containsExactly("made");
    get(macs.destroy(ref));
    assertThat(vms()).isEmpty();
    // One that was not made for it, as a client's, is not even asked.
    mac().suspendFails(false);
    String used = running("used", Suspension.NONE);
    assertThatThrownBy(() -> get(macs.suspend(used, BOOT))).isNotNull();
    assertThat(mac().runningVms()).containsExactly("used");
  }

  @Test
  void whatIsOfNoUseAnyMoreGoes() throws Exception {
    mac().withVm(SuspendTexts.PREFIX + "a-persons");
    keep("first");
    mac().dropSavedStates();
    awaitGone();
    keep("second");
    mac().withVm(GOLDEN);
    awaitGone();
    keep("third");
    Files.writeString(options.hosts(), fleet.hostsFile());
    awaitGone();
  }

  private void awaitGone() {
    Awaitility.await("it is destroyed, and what is not ours is not")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> vms().equals(Set.of(SuspendTexts.PREFIX + "a-persons")));
  }

  @Test
  void aRebootAndACutLeaveWhatIsSuspended() throws Exception {
    keep("made");
    mac().reboot();
    Instant lately = Instant.now().minus(Duration.ofHours(1));
    Awaitility.await("it answers since its boot")
        .atMost(LIMIT)
        .until(
            () -> {
              Host host = macs.lastKnown().hosts().get(MAC);
              return host.connected() && host.bootTime().filter(lately::isBefore).isPresent();
            });
    await("it is kept still", guests -> guests.kept() == 1);
    running("taken", Suspension.TAKE);
    assertThat(vms()).containsExactly("taken");
  }
}
