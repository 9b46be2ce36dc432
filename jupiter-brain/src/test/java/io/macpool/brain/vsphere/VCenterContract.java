package io.macpool.brain.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.vmware.vim25.VirtualDevice;
import com.vmware.vim25.VirtualDisk;
import com.vmware.vim25.VirtualDiskFlatVer2BackingInfo;
import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorContract;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.vsphere.access.InventoryPaths;
import io.macpool.brain.vsphere.access.QuestionPolicy;
import io.macpool.brain.vsphere.access.TrustPolicy;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.core.fleet.FoundMachine;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import io.macpool.service.setting.Secret;
import io.macpool.sim.net.TcpGate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the broker asks of a vCenter beyond what it asks of every provider: of our simulator and of
 * the one that others wrote. A test of what the other one lacks says so and is skipped there.
 */
@Timeout(60)
abstract class VCenterContract extends HypervisorContract {

  static final String DEEP = "image-with-history";

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

  @Override
  protected Hypervisor hypervisor() {
    return vsphere;
  }

  @Override
  protected void cut() {
    gate.cut();
  }

  @Override
  protected Image gone(Image image) {
    return new Image(
        "gone", "vm-gone", image.version(), 2, 4096, image.storage(), false, image.host());
  }

  @Test
  @Override
  protected void aCutConnectionLeavesNoLie() throws Exception {
    assumeThat(whole())
        .as("govmomi's simulator may keep others waiting after a connection cut in mid-clone")
        .isTrue();
    super.aCutConnectionLeavesNoLie();
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
  void aCloneIsFoundByItsUuid() throws Exception {
    String ref = newClone("with-uuid");
    Machine machine = await("with-uuid", m -> m.sign().uuid().isPresent());
    assertThat(get(vsphere.locate("vm-none", machine.sign().uuid())))
        .hasValueSatisfying(found -> assertThat(found.ref()).isEqualTo(ref));
    assertThat(get(vsphere.locate("vm-none", Optional.of("none")))).isEmpty();
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
    assertThat(get(vsphere.find("nowhere", Optional.empty()))).isEmpty();
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
  void anEndedSessionIsRenewedOnceAndNothingIsLost() throws Exception {
    String ref = newClone("kept");
    await("kept", m -> m.power() == PowerState.OFF);
    double before = logins();
    administrator.endOtherSessions();
    CompletableFuture<?> all =
        CompletableFuture.allOf(
            vsphere.powerOn(ref),
            vsphere.find("kept", Optional.empty()),
            vsphere.read(),
            vsphere.find("other", Optional.empty()));
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
    assertThat(failure(vsphere.find("cut", Optional.empty())))
        .isInstanceOf(HypervisorFailure.Unavailable.class);
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
