package io.macpool.brain.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.vmware.vim25.VirtualDevice;
import com.vmware.vim25.VirtualDisk;
import com.vmware.vim25.VirtualDiskFlatVer2BackingInfo;
import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.core.fleet.FoundMachine;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.PowerState;
import io.macpool.service.Secret;
import io.macpool.sim.net.TcpGate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the broker asks of a vCenter, asked by its own adapter: of our simulator and of the one that
 * others wrote. A test of what the other one lacks says so and is skipped there.
 */
@Timeout(60)
abstract class HypervisorContract {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  static final String IMAGE = "macos-15-xcode-16";
  static final String DEEP = "image-with-history";
  private static final String LEDGER = "the-ledger";

  /** A vCenter, the same for all tests of a class. */
  record Place(URI url, String user, String password, String thumbprint, InventoryPaths paths) {}

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Vertx vertx;
  private TcpGate gate;
  private Administrator administrator;
  private VSphereHypervisor vsphere;
  private VSphereOptions options;

  abstract Place place();

  /** Whether it does all that a vCenter does; the other one lacks what its tests name. */
  abstract boolean whole();

  @BeforeEach
  void connect() throws Exception {
    Place place = place();
    vertx = Vertx.vertx();
    gate = TcpGate.open(place.url().getHost(), place.url().getPort(), 0);
    TrustPolicy trust = TrustPolicy.thumbprint(place.thumbprint());
    options =
        new VSphereOptions(
            endpoint(place, gate.port()),
            Optional.empty(),
            trust,
            Optional.of(place.paths()),
            LIMIT,
            LIMIT,
            LIMIT,
            4,
            QuestionPolicy.USUAL);
    administrator =
        new Administrator(vertx, endpoint(place, place.url().getPort()), trust, place.paths());
    vsphere = VSphereHypervisor.start(vertx, options, meters, Clock.systemUTC());
    vsphere.identify(Identities.of(LEDGER, List.of()));
    Awaitility.await("an inventory").atMost(LIMIT).until(() -> vsphere.inventory().isKnown());
  }

  private static VSphereEndpoint endpoint(Place place, int port) {
    String login = place.user().replace("@", "%40") + ":" + place.password();
    return VSphereEndpoint.parse(
        new Secret("https://" + login + "@" + place.url().getHost() + ":" + port + "/sdk"));
  }

  @AfterEach
  void clearUp() throws Exception {
    gate.start();
    for (Machine machine : get(vsphere.read()).machines().values()) {
      get(vsphere.powerOff(machine.ref()));
      get(vsphere.destroy(machine.ref()));
    }
    vsphere.close();
    administrator.close();
    gate.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private VSphereFolders folders() {
    VSphereOptions bare =
        new VSphereOptions(
            options.endpoint(),
            Optional.empty(),
            options.trust(),
            Optional.empty(),
            LIMIT,
            LIMIT,
            LIMIT,
            2,
            QuestionPolicy.USUAL);
    return VSphereFolders.start(vertx, bare, new SimpleMeterRegistry(), Clock.systemUTC());
  }

  private static <T> T get(CompletableFuture<T> work) throws Exception {
    return work.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static HypervisorFailure failure(CompletableFuture<?> work) throws Exception {
    try {
      Object result = get(work);
      throw new AssertionError("it went well: " + result);
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(HypervisorFailure.class);
      return (HypervisorFailure) e.getCause();
    }
  }

  private static Mark mark(String name) {
    return new Mark(LEDGER, name);
  }

  private Image image(String name) {
    return vsphere.lastKnown().image(name).orElseThrow();
  }

  private String newClone(String name) throws Exception {
    return get(
        vsphere.cloneLinked(new CloneOrder(image(IMAGE), name, Optional.empty(), mark(name))));
  }

  private Machine await(String name, Predicate<Machine> condition) {
    return Awaitility.await(name + " as expected")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> vsphere.lastKnown().machine(name), m -> m.filter(condition).isPresent())
        .orElseThrow();
  }

  private void awaitGone(String name) {
    Awaitility.await(name + " is gone")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> vsphere.lastKnown().machine(name).isEmpty());
  }

  @Test
  void hostsAndImagesAreThereAtFirstSight() {
    Inventory inventory = vsphere.lastKnown();
    assertThat(inventory.machines()).isEmpty();
    assertThat(inventory.hosts()).hasSize(4);
    assertThat(inventory.hosts().values())
        .allMatch(Host::connected)
        .noneMatch(Host::inMaintenance)
        .noneMatch(host -> host.storage().isEmpty());
    Image image = image(IMAGE);
    assertThat(image.version()).isPresent();
    assertThat(image.cpus()).isEqualTo(2);
    assertThat(image.ramMb()).isEqualTo(4096);
    assertThat(image.instant()).isFalse();
    // Every host that sees the image's datastore may run its clones: so one of them must.
    assertThat(inventory.hosts().values())
        .anyMatch(host -> host.storage().containsAll(image.storage()));
  }

  @Test
  void theBaseSnapshotIsFoundAnywhereInTheTree() throws Exception {
    Image deep = image(DEEP);
    assertThat(deep.version()).isPresent();
    String ref =
        get(
            vsphere.cloneLinked(
                new CloneOrder(deep, "of-history", Optional.empty(), mark("of-history"))));
    assertThat(await("of-history", m -> m.power() == PowerState.OFF).ref()).isEqualTo(ref);
  }

  @Test
  void anImageWithoutSuchASnapshotIsRefusedBeforeVCenterIsAsked() throws Exception {
    Image image = image(IMAGE);
    Image bare =
        new Image(
            image.name(),
            image.ref(),
            Optional.empty(),
            2,
            4096,
            image.storage(),
            false,
            image.host());
    HypervisorFailure failure =
        failure(
            vsphere.cloneLinked(new CloneOrder(bare, "never", Optional.empty(), mark("never"))));
    assertThat(failure.kind()).isEqualTo("NoSnapshot");
  }

  @Test
  void aCloneIsSeenFromItsBirthToItsEndByEventsAlone() throws Exception {
    ConcurrentLinkedQueue<Inventory> seen = new ConcurrentLinkedQueue<>();
    vsphere.onChange(seen::add);
    String ref = newClone("watched");
    Machine off = await("watched", m -> m.power() == PowerState.OFF);
    assertThat(off.ref()).isEqualTo(ref);
    assertThat(off.addresses()).isEmpty();
    assertThat(off.host())
        .hasValueSatisfying(h -> assertThat(vsphere.lastKnown().hosts()).containsKey(h));
    get(vsphere.powerOn(ref));
    Machine on = await("watched", m -> m.power() == PowerState.ON && m.ipv4().isPresent());
    assertThat(get(vsphere.find("watched"))).contains(on);
    assertThat(get(vsphere.read()).machine("watched")).contains(on);
    get(vsphere.powerOff(ref));
    await("watched", m -> m.power() == PowerState.OFF && m.addresses().isEmpty());
    get(vsphere.destroy(ref));
    awaitGone("watched");
    assertThat(get(vsphere.find("watched"))).isEmpty();
    assertThat(seen).isNotEmpty();
    assertThat(seen.stream().map(Inventory::version).toList()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void whoeverHearsOfADestructionDoesNotSeeTheMachineAnyMore() throws Exception {
    for (int i = 0; i < 10; i++) {
      String name = "brief-" + i;
      String ref = newClone(name);
      await(name, m -> m.power() == PowerState.OFF);
      get(vsphere.destroy(ref));
      assertThat(vsphere.lastKnown().machine(name)).isEmpty();
    }
  }

  @Test
  void theTimesOfBirthAndBootAreTold() throws Exception {
    assumeThat(whole())
        .as("govmomi's simulator tells neither when a clone was made nor when it was switched on")
        .isTrue();
    get(vsphere.powerOn(newClone("timed")));
    assertThat(await("timed", m -> m.power() == PowerState.ON).bootedAt()).isPresent();
    try (VSphereFolders folders = folders()) {
      assertThat(get(folders.list(place().paths().machines())))
          .allMatch(m -> m.createdAt().isPresent() && m.bootedAt().isPresent());
    }
  }

  @Test
  void aLinkedCloneSharesItsImagesDisk() throws Exception {
    assumeThat(whole())
        .as("govmomi's simulator ignores the disk move type: its clones have no parent disk")
        .isTrue();
    Object devices = administrator.read(newClone("linked"), "config.hardware.device");
    assertThat((VirtualDevice[]) devices)
        .filteredOn(VirtualDisk.class::isInstance)
        .allSatisfy(
            disk -> assertThat(((VirtualDiskFlatVer2BackingInfo) disk.backing).parent).isNotNull());
  }

  @Test
  void aCloneIsKnownByItsMarkAndByItsUuidAndAnothersIsNot() throws Exception {
    String ref = newClone("marked");
    Machine machine = await("marked", m -> m.sign().mark().isPresent());
    assertThat(machine.sign().mark()).contains(mark("marked"));
    assertThat(machine.sign().inFolder()).isTrue();
    assertThat(machine.sign().reachable()).isTrue();
    assertThat(machine.sign().uuid()).isPresent();
    assertThat(get(vsphere.locate(ref, Optional.empty()))).isPresent();
    assertThat(get(vsphere.locate("vm-none", machine.sign().uuid())))
        .hasValueSatisfying(found -> assertThat(found.ref()).isEqualTo(ref));
    assertThat(get(vsphere.locate("vm-none", Optional.of("none")))).isEmpty();
    vsphere.identify(Identities.of("another", List.of()));
    assertThat(vsphere.lastKnown().machine("marked")).isEmpty();
    assertThat(vsphere.lastKnown().others()).extracting(Machine::ref).contains(ref);
    vsphere.identify(Identities.of(LEDGER, List.of()));
    assertThat(vsphere.lastKnown().machine("marked")).isPresent();
  }

  @Test
  void aConfirmationThatIsAskedForComesAtOnceAndIsYounger() throws Exception {
    long before = vsphere.sighting().toOptional().orElseThrow().confirmation();
    long asked = System.nanoTime();
    vsphere.confirm();
    Awaitility.await("a confirmation that was asked for later")
        .atMost(LIMIT)
        .until(
            () -> vsphere.sighting().toOptional().orElseThrow(),
            sighting -> sighting.confirmation() > before && sighting.askedAt() - asked > 0);
  }

  @Test
  void aNameIsTakenOnce() throws Exception {
    newClone("twin");
    HypervisorFailure failure =
        failure(
            vsphere.cloneLinked(
                new CloneOrder(image(IMAGE), "twin", Optional.empty(), mark("twin"))));
    assertThat(failure).isInstanceOf(HypervisorFailure.Refused.class);
    assertThat(failure.kind()).isEqualTo("DuplicateName");
    assertThat(failure).hasMessageContaining("twin");
    assertThat(get(vsphere.read()).machines()).hasSize(1);
  }

  @Test
  void aCloneRunsOnTheHostThatWasNamed() throws Exception {
    for (Host host : vsphere.lastKnown().hosts().values()) {
      if (host.storage().containsAll(image(IMAGE).storage())) {
        String name = "on-" + host.id();
        get(
            vsphere.cloneLinked(
                new CloneOrder(image(IMAGE), name, Optional.of(host.id()), mark(name))));
        assertThat(await(name, m -> m.host().isPresent()).host()).contains(host.id());
      }
    }
  }

  @Test
  void aHostThatIsNoneIsAbsent() throws Exception {
    assumeThat(whole())
        .as("govmomi's simulator answers nobody any more once a clone names a host that is none")
        .isTrue();
    HypervisorFailure nowhere =
        failure(
            vsphere.cloneLinked(
                new CloneOrder(
                    image(IMAGE), "nowhere", Optional.of("host-none"), mark("nowhere"))));
    assertThat(nowhere).isInstanceOf(HypervisorFailure.Absent.class);
    assertThat(get(vsphere.find("nowhere"))).isEmpty();
  }

  @Test
  void aMachineThatMovesIsSeenOnItsNewHost() throws Exception {
    String ref = newClone("mover");
    String first = await("mover", m -> m.host().isPresent()).host().orElseThrow();
    String second =
        vsphere.lastKnown().hosts().keySet().stream()
            .filter(host -> !host.equals(first))
            .sorted()
            .findFirst()
            .orElseThrow();
    administrator.move(ref, second);
    await("mover", m -> m.host().equals(Optional.of(second)));
  }

  @Test
  void processorsAndMemoryAreSetWhileItIsOff() throws Exception {
    String ref = newClone("bigger");
    get(vsphere.resize(ref, new Instance.Size(6, 8192)));
    assertThat(administrator.read(ref, "config.hardware.numCPU")).isEqualTo(6);
    assertThat(administrator.read(ref, "config.hardware.memoryMB")).isEqualTo(8192);
    get(vsphere.resize(ref, new Instance.Size(0, 4096)));
    assertThat(administrator.read(ref, "config.hardware.numCPU")).isEqualTo(6);
  }

  @Test
  void processorsAreNotAddedToARunningOne() throws Exception {
    assumeThat(whole()).as("govmomi's simulator adds processors to a running VM").isTrue();
    String ref = newClone("running");
    get(vsphere.powerOn(ref));
    assertThat(failure(vsphere.resize(ref, new Instance.Size(6, 0))).kind())
        .isEqualTo("CpuHotPlugNotSupported");
  }

  @Test
  void whatIsDoneAlreadyIsNoError() throws Exception {
    String ref = newClone("twice");
    get(vsphere.powerOff(ref));
    get(vsphere.powerOn(ref));
    get(vsphere.powerOn(ref));
    get(vsphere.powerOff(ref));
    get(vsphere.powerOff(ref));
    get(vsphere.destroy(ref));
    get(vsphere.destroy(ref));
    get(vsphere.powerOff(ref));
    assertThat(failure(vsphere.powerOn(ref))).isInstanceOf(HypervisorFailure.Absent.class);
  }

  @Test
  void aTaskThatFailsNamesItsFault() throws Exception {
    String ref = newClone("on");
    get(vsphere.powerOn(ref));
    HypervisorFailure failure = failure(vsphere.destroy(ref));
    assertThat(failure).isInstanceOf(HypervisorFailure.Refused.class);
    assertThat(failure.kind()).isEqualTo("InvalidPowerState");
    assertThat(failure).hasMessageContaining("destruction of " + ref);
  }

  @Test
  void anImageThatIsGoneIsAbsent() throws Exception {
    Image image = image(IMAGE);
    Image gone =
        new Image(
            "gone", "vm-gone", image.version(), 2, 4096, image.storage(), false, image.host());
    HypervisorFailure failure =
        failure(
            vsphere.cloneLinked(new CloneOrder(gone, "never", Optional.empty(), mark("never"))));
    assertThat(failure).isInstanceOf(HypervisorFailure.Absent.class);
  }

  @Test
  void anInstantCloneOfWhatDoesNotRunFailsSoThatALinkedOneCanFollow() throws Exception {
    HypervisorFailure failure =
        failure(
            vsphere.cloneInstantly(
                new CloneOrder(image(IMAGE), "instant", Optional.empty(), mark("instant"))));
    // govmomi's simulator has no instant clone at all: that must be a refusal, too.
    assertThat(failure).isInstanceOf(HypervisorFailure.Refused.class);
    assertThat(get(vsphere.find("instant"))).isEmpty();
  }

  @Test
  void noCloneRunsWhenNoneWasAskedFor() throws Exception {
    newClone("done");
    // The list of running tasks may follow the end of the task by an event.
    Awaitility.await("no clone runs")
        .atMost(LIMIT)
        .until(() -> !vsphere.mayBeCloning(image(IMAGE).ref()));
  }

  @Test
  void anEndedSessionIsRenewedOnceAndNothingIsLost() throws Exception {
    String ref = newClone("kept");
    await("kept", m -> m.power() == PowerState.OFF);
    double before = logins();
    administrator.endOtherSessions();
    CompletableFuture<?> all =
        CompletableFuture.allOf(
            vsphere.powerOn(ref), vsphere.find("kept"), vsphere.read(), vsphere.find("other"));
    get(all);
    await("kept", m -> m.power() == PowerState.ON);
    assertThat(logins()).isEqualTo(before + 1);
  }

  private double logins() {
    return meters.counter("vsphere.logins").count();
  }

  @Test
  void aCutConnectionCostsNoKnowledge() throws Exception {
    String ref = newClone("cut");
    await("cut", m -> m.power() == PowerState.OFF);
    gate.cut();
    get(vsphere.powerOn(ref));
    await("cut", m -> m.ipv4().isPresent());
    gate.stop();
    Awaitility.await("the trouble is known")
        .atMost(LIMIT)
        .until(() -> vsphere.mayBeCloning(image(IMAGE).ref()));
    assertThat(failure(vsphere.find("cut"))).isInstanceOf(HypervisorFailure.Unavailable.class);
    assertThat(vsphere.lastKnown().machine("cut")).isPresent();
    gate.start();
    Awaitility.await("sight again")
        .atMost(LIMIT)
        .until(() -> !vsphere.mayBeCloning(image(IMAGE).ref()));
    get(vsphere.powerOff(ref));
    await("cut", m -> m.power() == PowerState.OFF);
  }

  @Test
  void aFolderIsListedWhoeverMadeWhatLiesInIt() throws Exception {
    newClone("found");
    try (VSphereFolders folders = folders()) {
      List<FoundMachine> clones = get(folders.list(place().paths().machines()));
      assertThat(clones).extracting(FoundMachine::name).containsExactly("found");
      assertThat(clones).noneMatch(FoundMachine::image);
      Map<String, FoundMachine> images =
          get(folders.list(place().paths().base())).stream()
              .collect(Collectors.toMap(FoundMachine::name, m -> m));
      assertThat(images).containsKeys(IMAGE, DEEP);
      assertThat(images.values()).allMatch(FoundMachine::image);
      assertThat(failure(folders.list("/nowhere"))).hasMessageContaining("/nowhere");
    }
  }
}
