package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.ledger.Intent;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.vsphere.VSphereHypervisor;
import io.macpool.brain.vsphere.access.InventoryPaths;
import io.macpool.brain.vsphere.access.QuestionPolicy;
import io.macpool.brain.vsphere.access.TrustPolicy;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.Ownership;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import io.macpool.service.setting.SettingsException;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.options.VCenterOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The janitor as a person runs it, against a vCenter whose machines are three hours old. */
class JanitorIT {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private final Instant threeHoursAgo = Instant.now().minus(Duration.ofHours(3));

  private final MovableClock time = new MovableClock();
  private VCenterSimulator vcenter;

  @BeforeEach
  void machines() throws Exception {
    time.ahead(Duration.ofHours(-3));
    vcenter = VCenterSimulator.start(VCenterOptions.defaults().withClock(time));
    Vertx vertx = Vertx.vertx();
    VSphereOptions options =
        new VSphereOptions(
            VSphereEndpoint.parse(new Secret(BrainLab.withLogin(vcenter))),
            Optional.empty(),
            TrustPolicy.thumbprint(vcenter.thumbprint()),
            Optional.of(
                new InventoryPaths(vcenter.basePath(), vcenter.vmPath(), vcenter.clusterPath())),
            LIMIT,
            LIMIT,
            LIMIT,
            2,
            QuestionPolicy.USUAL);
    try (VSphereHypervisor vsphere =
        VSphereHypervisor.start(vertx, options, new SimpleMeterRegistry(), Clock.systemUTC())) {
      Awaitility.await().atMost(LIMIT).until(() -> vsphere.inventory().isKnown());
      Image image = vsphere.lastKnown().image(BrainLab.IMAGE).orElseThrow();
      for (String name : List.of("on-1", "on-2", "off-1")) {
        String ref =
            vsphere
                .cloneLinked(
                    new CloneOrder(image, name, Optional.empty(), new Mark("ledger", name)))
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (name.startsWith("on")) {
          vsphere.powerOn(ref).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
      }
    } finally {
      vertx.close();
    }
    time.ahead(Duration.ZERO);
  }

  /** By its clock the machines are three hours old, also if that clock is wrong. */
  @Test
  void vcentersClockIsAskedForBeforeAnAgeIsJudged() throws Exception {
    time.ahead(Duration.ofHours(-3));
    assertThat(janitor().text()).contains("3 left").doesNotContain("destroyed");
    assertThat(left()).hasSize(3);
  }

  @AfterEach
  void stop() {
    vcenter.close();
  }

  private record Ran(int status, String text) {}

  private Ran janitor(String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--once",
                "--vsphere-url=" + BrainLab.withLogin(vcenter),
                "--vsphere-thumbprint=" + vcenter.thumbprint()));
    arguments.addAll(List.of(more));
    if (arguments.stream().noneMatch(a -> a.startsWith("--vsphere-vm-paths"))) {
      arguments.add("--vsphere-vm-paths=" + vcenter.vmPath());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        JanitorCommand.once(
            JanitorSettings.SPEC.read(arguments, Map.of()),
            new PrintStream(out, true, StandardCharsets.UTF_8));
    return new Ran(status, out.toString(StandardCharsets.UTF_8));
  }

  private List<String> left() {
    return vcenter.clones().stream().map(MachineView::name).sorted().toList();
  }

  @Test
  void destroysWhatIsOlderThanItsCutoffAndSaysSo() throws Exception {
    Ran ran = janitor();
    assertThat(ran.status()).isZero();
    assertThat(left()).isEmpty();
    assertThat(ran.text())
        .contains("on-1", "destroyed", "up for longer than 2h0m0s", "off, and older than 5m0s")
        .contains("3 machines: 3 destroyed");
    assertThat(janitor().text()).isEqualTo("0 machines" + System.lineSeparator());
  }

  @Test
  void aDryRunOnlyTellsAndSkipDestroyOnlySwitchesOff() throws Exception {
    Ran dry = janitor("--dry-run");
    assertThat(dry.status()).isZero();
    assertThat(dry.text()).contains("3 machines: 3 would destroy");
    assertThat(vcenter.clones()).filteredOn(MachineView::poweredOn).hasSize(2);
    Ran off = janitor("--skip-destroy");
    assertThat(off.text()).contains("3 switched off");
    assertThat(left()).hasSize(3);
    assertThat(vcenter.clones()).noneMatch(MachineView::poweredOn);
  }

  @Test
  void theBudgetPostpones() throws Exception {
    assertThat(janitor("--budget=1").text()).contains("1 destroyed", "2 postponed");
    assertThat(left()).hasSize(2);
  }

  /** The old janitor read these two and looked at them no more; both were true by default there. */
  @Test
  void flagsWithoutEffectHaveNoneHere() throws Exception {
    assertThat(janitor("--dry-run", "-C", "4h", "-skip-zero-uptime", "-B").text())
        .contains("1 would destroy", "2 left (2 young)");
  }

  @Test
  void imagesAreNeverTouched() throws Exception {
    String both = "--vsphere-vm-paths=" + vcenter.vmPath() + "," + vcenter.basePath();
    assertThat(janitor(both, "--cutoff=0s", "--zero-uptime-cutoff=0s").text())
        .contains("5 machines: 2 left (2 image), 3 destroyed");
    assertThatThrownBy(() -> janitor(both, "--vsphere-base-path=" + vcenter.basePath()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("VSPHERE_VM_PATHS");
  }

  @Test
  void aVCenterInWhichNothingEverHappenedIsReadAtOnce() throws Exception {
    vcenter.close();
    vcenter = VCenterSimulator.start(VCenterOptions.defaults());
    assertThat(janitor("--vsphere-vm-paths=" + vcenter.basePath()).text())
        .contains("2 machines: 2 left (2 image)");
  }

  @Test
  void whatFailsIsNamedAndTheRestIsDone() throws Exception {
    vcenter
        .faults()
        .add(FaultRule.once("Destroy_Task", new FaultAction.TaskFault("FileFault", "disk gone")));
    Ran ran = janitor("--vsphere-vm-paths=/Datacenter/vm/Nowhere," + vcenter.vmPath());
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.text())
        .contains("can't read /Datacenter/vm/Nowhere", "FileFault", "2 destroyed", "1 failed");
    assertThat(left()).hasSize(1);
  }

  @Test
  void withoutAVCenterNothingIsTouchedAndItSaysWhy() throws Exception {
    String url = BrainLab.withLogin(vcenter).replaceAll(":\\d+/sdk", ":1/sdk");
    Ran ran = janitor("--vsphere-url=" + url);
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.text()).contains("can't read " + vcenter.vmPath(), "no session");
    assertThat(ran.text()).doesNotContain(vcenter.password());
    assertThat(left()).hasSize(3);
  }

  @Test
  void theLedgerSparesWarmOnesAndLearnsWhatWent() throws Exception {
    try (SharedPostgres postgres = new SharedPostgres()) {
      String url = postgres.database();
      Clock past = Clock.fixed(threeHoursAgo, ZoneOffset.UTC);
      try (Ledger ledger = Ledger.open(DatabaseAddress.postgres(new Secret(url)), 1, past)) {
        ledger.syncSlots(Set.of("host-1"), 2);
        record(ledger, "on-1", Optional.empty());
        record(ledger, "on-2", Optional.of("ci"));
      }
      Ran ran = janitor("--database-url=" + url);
      assertThat(ran.text()).contains("1 left (1 warm), 2 destroyed");
      assertThat(left()).containsExactly("on-1");
      try (Ledger ledger =
          Ledger.open(DatabaseAddress.postgres(new Secret(url)), 1, Clock.systemUTC())) {
        assertThat(ledger.live()).extracting(Instance::id).containsExactly("on-1");
        assertThat(ledger.slotUse().taken()).containsEntry("host-1", 1);
        assertThat(ledger.history("on-2")).anyMatch(line -> line.contains("janitor: overdue"));
      }
    }
  }

  private void record(Ledger ledger, String id, Optional<String> owner) {
    Instance intent =
        Instance.requested(
            id,
            BrainLab.IMAGE,
            owner.map(Ownership::of).orElse(Ownership.WARM),
            Instance.Size.AS_IMAGE,
            "broker-1",
            threeHoursAgo);
    ledger.reserve(
        List.of(new Intent(intent, Optional.empty())),
        (use, wanted) -> List.of(new Reservation.Choice.Host<>("host-1")));
    ledger.advance(Transition.of(id, InstanceEvent.STARTED, "switched on"));
  }
}
