package io.macpool.brain.tart;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorContract;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on simulated Macs, and what only Macs do. */
class SimulatedMacsIT extends HypervisorContract {

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx();
  private MacFleet fleet;
  private TartOptions options;
  private TartHypervisor macs;

  @BeforeEach
  void start() throws Exception {
    fleet =
        MacFleet.start(
            directory.resolve("macs"),
            2,
            MacTimes.SHORT,
            GuestPower.addressesOnly(),
            List.of(IMAGE));
    options =
        new TartOptions(
            Files.writeString(directory.resolve("hosts.yaml"), fleet.hostsFile()),
            fleet.keyFile(),
            Files.writeString(directory.resolve("known_hosts"), fleet.knownHosts()),
            Duration.ofSeconds(1),
            Duration.ofSeconds(20),
            LIMIT,
            Duration.ofMillis(600),
            LIMIT,
            Optional.empty(),
            22,
            Set.of());
    macs = open();
    Awaitility.await("an inventory").atMost(LIMIT).until(() -> macs.inventory().isKnown());
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
    return opened;
  }

  @AfterEach
  void stop() {
    macs.close();
    fleet.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Override
  protected Hypervisor hypervisor() {
    return macs;
  }

  @Override
  protected void cut() {
    fleet.macs().forEach(MacSimulator::cut);
  }

  @Override
  protected Image gone(Image image) {
    fleet.macs().forEach(mac -> mac.remove("golden-" + IMAGE));
    return image;
  }

  private Host host(String name) {
    return macs.lastKnown().hosts().get(TartRefs.PREFIX + name);
  }

  private void awaitHost(String name, Predicate<Host> condition) {
    Awaitility.await(name + " as expected")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> condition.test(host(name)));
  }

  private String cloneOn(String mac, String name) throws Exception {
    return get(
        macs.cloneLinked(
            new CloneOrder(image(IMAGE), name, Optional.of(TartRefs.PREFIX + mac), mark(name))));
  }

  @Test
  void hostsAndImagesAreThereAtFirstSight() {
    assertThat(macs.lastKnown().hosts()).containsOnlyKeys("tart:mac-1", "tart:mac-2");
    assertThat(host("mac-1").connected()).isTrue();
    assertThat(host("mac-1").bootTime()).isPresent();
    assertThat(host("mac-1").traits().architecture()).contains("arm64");
    assertThat(image(IMAGE).usable()).isTrue();
    assertThat(macs.lastKnown().machines()).isEmpty();
    assertThat(macs.lastKnown().others()).isEmpty();
    assertThat(macs.warnings()).isEmpty();
  }

  @Test
  void processorsAndMemoryAreSetWhileItIsOff() throws Exception {
    String ref = cloneOn("mac-1", "bigger");
    get(macs.resize(ref, new Instance.Size(6, 12_288)));
    assertThat(fleet.mac("mac-1").size("bigger")).containsExactly(6, 12_288);
    get(macs.resize(ref, new Instance.Size(0, 4_096)));
    assertThat(fleet.mac("mac-1").size("bigger")).containsExactly(6, 4_096);
  }

  @Test
  void whatRunsOutlivesOurSessionAndOurself() throws Exception {
    get(macs.powerOn(cloneOn("mac-1", "stays")));
    cut();
    macs.close();
    macs = open();
    await("stays", m -> m.power() == PowerState.ON && m.ipv4().isPresent());
    assertThat(fleet.mac("mac-1").runningVms()).containsExactly("stays");
  }

  @Test
  void thePhantomLimitWithholdsTheSlotsAtTheFirstAnswer() throws Exception {
    MacSimulator mac = fleet.mac("mac-1");
    mac.phantomLimit(true);
    String ref = cloneOn("mac-1", "refused");
    HypervisorFailure failure = failure(macs.powerOn(ref));
    assertThat(failure.kind()).isEqualTo(TartRefusal.SYSTEM_LIMIT);
    assertThat(failure.scope().mayWorkElsewhere()).isTrue();
    assertThat(host("mac-1").traits().slots()).hasValue(0);
    assertThat(host("mac-1").traits().limit())
        .hasValueSatisfying(why -> assertThat(why).contains("system limit"));
    assertThat(host("mac-2").traits().slots()).isEmpty();
    assertThat(macs.warnings()).singleElement().asString().startsWith("mac-1: ");
    get(macs.destroy(ref));
    mac.reboot();
    awaitHost("mac-1", host -> host.traits().slots().isEmpty() && host.connected());
  }

  @Test
  void aMacIsRebootedOverSshOnlyWhileNothingRunsThere() throws Exception {
    MacSimulator mac = fleet.mac("mac-1").withVm("foreign");
    assertThat(host("mac-1").traits().vitals().build()).contains("macOS 25A354");
    assertThat(host("mac-1").traits().vitals().freeDisk()).contains(0.5);
    assertThat(host("mac-1").traits().vitals().door())
        .contains(new Host.Door("127.0.0.1", mac.port()));
    Instant before = mac.booted();
    mac.startByHand("foreign");
    assertThat(failure(macs.reboot("tart:mac-1")).kind()).isEqualTo("HostInUse");
    mac.reboot();
    mac.upSince(before);
    awaitHost("mac-1", Host::connected);
    mac.sudoer(false);
    assertThat(failure(macs.reboot("tart:mac-1"))).hasMessageContaining("sudoers");
    mac.sudoer(true);
    assertThat(mac.booted()).isEqualTo(before);
    get(macs.reboot("tart:mac-1"));
    Awaitility.await("it has rebooted").atMost(LIMIT).until(() -> mac.booted().isAfter(before));
    awaitHost("mac-1", host -> host.bootTime().filter(boot -> boot.isAfter(before)).isPresent());
    assertThat(failure(macs.reboot("tart:mac-9"))).hasMessageContaining("no Mac");
  }

  @Test
  void aMacThatMakesNoNewConnectionsIsToldThoughItTakesOurs() throws Exception {
    MacSimulator mac = fleet.mac("mac-1");
    awaitHost("mac-1", host -> host.traits().vitals().failedConnections().equals(Optional.of(0)));
    mac.portsUsedUp(true);
    awaitHost(
        "mac-1",
        host -> host.traits().vitals().failedConnections().filter(n -> n >= 3).isPresent());
    assertThat(host("mac-1").connected()).isTrue();
    mac.reboot();
    awaitHost("mac-1", host -> host.traits().vitals().failedConnections().equals(Optional.of(0)));
  }

  @Test
  void twoGuestsWithOneAddressAreToldToNobody() throws Exception {
    get(macs.powerOn(cloneOn("mac-1", "first")));
    await("first", m -> m.ipv4().isPresent());
    fleet.macs().forEach(mac -> mac.oneAddress(Optional.of("192.168.64.9")));
    await("first", m -> m.ipv4().equals(Optional.of("192.168.64.9")));
    get(macs.powerOn(cloneOn("mac-2", "second")));
    await("first", m -> m.addresses().isEmpty());
    await("second", m -> m.addresses().isEmpty());
    Awaitility.await("a warning")
        .atMost(LIMIT)
        .until(() -> macs.warnings().toString().contains("192.168.64.9"));
  }

  @Test
  void aForeignGuestCountsAndIsNeverTouched() throws Exception {
    MacSimulator mac = fleet.mac("mac-1").withVm("foreign");
    mac.startByHand("foreign");
    Awaitility.await("the foreign guest")
        .atMost(LIMIT)
        .until(() -> macs.lastKnown().others().stream().anyMatch(m -> m.power() == PowerState.ON));
    Machine foreign = macs.lastKnown().others().get(0);
    assertThat(foreign.host()).contains("tart:mac-1");
    assertThat(foreign.sign().inFolder()).isFalse();
    assertThat(failure(macs.powerOff(foreign.ref())).kind()).isEqualTo("NotOurs");
    assertThat(failure(macs.destroy(foreign.ref())).kind()).isEqualTo("NotOurs");
    assertThat(mac.runningVms()).containsExactly("foreign");
    assertThat(get(macs.find("foreign", Optional.of("tart:mac-1")))).isEmpty();
  }

  @Test
  void afterARebootAndAfterTheEndOfItsRunAGuestIsOff() throws Exception {
    get(macs.powerOn(cloneOn("mac-1", "rebooted")));
    get(macs.powerOn(cloneOn("mac-2", "killed")));
    await("rebooted", m -> m.power() == PowerState.ON);
    await("killed", m -> m.power() == PowerState.ON);
    Host before = host("mac-1");
    fleet.mac("mac-1").reboot();
    fleet.mac("mac-2").killRun("killed");
    await("rebooted", m -> m.power() == PowerState.OFF);
    await("killed", m -> m.power() == PowerState.OFF);
    assertThat(host("mac-1").bootTime().orElseThrow()).isAfter(before.bootTime().orElseThrow());
  }

  @Test
  void aMacThatHangsIsLostAndTheOthersGoOn() throws Exception {
    options =
        new TartOptions(
            options.hosts(),
            options.key(),
            options.knownHosts(),
            options.interval(),
            Duration.ofSeconds(3),
            LIMIT,
            options.settle(),
            LIMIT,
            options.relay(),
            options.guestPort(),
            options.pull());
    macs.close();
    macs = open();
    awaitHost("mac-1", host -> host != null && host.connected());
    get(macs.powerOn(cloneOn("mac-1", "silent")));
    await("silent", m -> m.power() == PowerState.ON);
    fleet.mac("mac-1").hang(true);
    awaitHost("mac-1", host -> !host.connected());
    assertThat(macs.lastKnown().machine("silent"))
        .hasValueSatisfying(
            machine -> {
              assertThat(machine.power()).isEqualTo(PowerState.UNKNOWN);
              assertThat(machine.sign().reachable()).isFalse();
            });
    assertThat(macs.mayBeCloning(image(IMAGE).ref())).isTrue();
    assertThat(failure(macs.find("silent", Optional.empty())))
        .isInstanceOf(HypervisorFailure.Unavailable.class);
    Awaitility.await("the other one answers").atMost(LIMIT).until(() -> host("mac-2").connected());
    assertThat(cloneOn("mac-2", "elsewhere")).isEqualTo("tart:mac-2/elsewhere");
    fleet.mac("mac-1").hang(false);
    await("silent", m -> m.power() == PowerState.ON && m.sign().reachable());
  }

  @Test
  void whatAMacRefusesIsTheHostsFault() throws Exception {
    MacSimulator mac = fleet.mac("mac-1");
    String ref = cloneOn("mac-1", "locked");
    mac.keychainLocked(true);
    HypervisorFailure locked = failure(macs.powerOn(ref));
    assertThat(locked.kind()).isEqualTo("StartFailed");
    assertThat(locked.scope().mayWorkElsewhere()).isTrue();
    assertThat(locked).hasMessageContaining("unlock-keychain");
    mac.diskFull(true);
    HypervisorFailure full =
        failure(
            macs.cloneLinked(
                new CloneOrder(
                    image(IMAGE), "no-room", Optional.of("tart:mac-1"), mark("no-room"))));
    assertThat(full.kind()).isEqualTo("NoSpace");
    assertThat(mac.file(".macpool/marks/no-room")).isEmpty();
    Awaitility.await("a warning")
        .atMost(LIMIT)
        .until(() -> macs.warnings().toString().contains("mac-1 has only 0 GB"));
  }

  @Test
  void aHostKeyThatIsNotNamedIsRefusedWithTheCure() throws Exception {
    macs.close();
    String[] lines = fleet.knownHosts().split("\n", -1);
    Files.writeString(options.knownHosts(), lines[1] + "\n");
    macs = open();
    awaitHost("mac-2", host -> host != null && host.connected());
    awaitHost("mac-1", host -> host.traits().limit().toString().contains("ssh-keyscan -p "));
    Files.writeString(options.knownHosts(), fleet.knownHosts());
    awaitHost("mac-1", Host::connected);
  }

  @Test
  void theHostsFileIsFollowedAndOneWithMistakesChangesNothing() throws Exception {
    Files.writeString(options.hosts(), "hosts: nothing\n");
    Awaitility.await("a warning")
        .atMost(LIMIT)
        .until(() -> macs.warnings().toString().contains("hosts must be a list"));
    assertThat(macs.lastKnown().hosts()).hasSize(2);
    String file = fleet.hostsFile();
    Files.writeString(options.hosts(), file.substring(0, file.indexOf("  - name: mac-2")));
    Awaitility.await("one host").atMost(LIMIT).until(() -> macs.lastKnown().hosts().size() == 1);
    assertThat(macs.warnings()).isEmpty();
    assertThat(get(macs.locate("tart:mac-2/any", Optional.empty()))).isEmpty();
  }

  private Optional<Image.Pull> pullTo(String mac) {
    return image("from-afar").pulls().stream()
        .filter(pull -> pull.host().equals(TartRefs.PREFIX + mac))
        .findFirst();
  }

  @Test
  void anImageOfARegistryIsBroughtToEveryMacThatHasRoom() throws Exception {
    String source = "registry.test/ci/xcode:16";
    fleet.close();
    macs.close();
    fleet =
        MacFleet.start(
                directory.resolve("pulling"),
                3,
                MacTimes.SHORT.withPull(Duration.ofSeconds(4)),
                GuestPower.addressesOnly(),
                List.of(IMAGE))
            .withRegistryImage("from-afar", source);
    fleet.mac("mac-1").registryAway(true);
    fleet.mac("mac-3").diskFull(true);
    Files.writeString(options.hosts(), "pull: [from-afar]\n" + fleet.hostsFile());
    Files.writeString(options.knownHosts(), fleet.knownHosts());
    Files.copy(fleet.keyFile(), options.key(), StandardCopyOption.REPLACE_EXISTING);
    macs = open();
    Awaitility.await("an inventory")
        .atMost(LIMIT)
        .until(() -> macs.lastKnown().image("from-afar").isPresent());
    Awaitility.await("how far it is")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> pullTo("mac-2").filter(pull -> pull.percent().orElse(0) > 0).isPresent());
    assertThat(image("from-afar").obstacle()).get().asString().contains("being brought");
    assertThat(pullTo("mac-3").orElseThrow().trouble().orElseThrow()).contains("120 are needed");
    Awaitility.await("why the registry gives nothing")
        .atMost(LIMIT)
        .until(
            () ->
                pullTo("mac-1").flatMap(Image.Pull::trouble).toString().contains("is tried again"));
    assertThat(pullTo("mac-1").orElseThrow().trouble().orElseThrow()).contains("offline");
    Awaitility.await("one Mac has it").atMost(LIMIT).until(() -> pullTo("mac-2").isEmpty());
    assertThat(image("from-afar").usable()).isTrue();
    assertThat(host("mac-2").storage()).contains(TartRefs.image(source));
    assertThat(cloneOfAfar("mac-2")).isEqualTo("tart:mac-2/afar");
  }

  private String cloneOfAfar(String mac) throws Exception {
    return get(
        macs.cloneLinked(
            new CloneOrder(
                image("from-afar"), "afar", Optional.of(TartRefs.PREFIX + mac), mark("afar"))));
  }

  @Test
  void aCloneWhoseAnswerWasLostIsFoundAndNotMadeTwice() throws Exception {
    fleet.close();
    macs.close();
    fleet =
        MacFleet.start(
            directory.resolve("slow"),
            1,
            MacTimes.SHORT.withCopy(Duration.ofSeconds(3)),
            GuestPower.addressesOnly(),
            List.of(IMAGE));
    Files.writeString(options.hosts(), fleet.hostsFile());
    Files.writeString(options.knownHosts(), fleet.knownHosts());
    options =
        new TartOptions(
            options.hosts(),
            fleet.keyFile(),
            options.knownHosts(),
            options.interval(),
            options.lookLimit(),
            LIMIT,
            options.settle(),
            LIMIT,
            options.relay(),
            options.guestPort(),
            options.pull());
    macs = open();
    Awaitility.await("an inventory").atMost(LIMIT).until(() -> macs.inventory().isKnown());
    CompletableFuture<String> clone =
        macs.cloneLinked(
            new CloneOrder(image(IMAGE), "lost", Optional.of("tart:mac-1"), mark("lost")));
    Awaitility.await("the clone runs")
        .atMost(LIMIT)
        .until(() -> fleet.mac("mac-1").file(".macpool/marks/lost").isPresent());
    cut();
    assertThat(failure(clone)).isInstanceOf(HypervisorFailure.OutcomeUnknown.class);
    assertThat(get(macs.find("lost", Optional.of("tart:mac-1")))).isEmpty();
    assertThat(macs.mayBeCloning(image(IMAGE).ref())).isTrue();
    await("lost", m -> m.sign().mark().isPresent());
    Awaitility.await("no clone runs")
        .atMost(LIMIT)
        .until(() -> !macs.mayBeCloning(image(IMAGE).ref()));
    assertThat(fleet.mac("mac-1").localVms()).isEqualTo(Set.of("golden-" + IMAGE, "lost"));
  }
}
