package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.net.TcpGate;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.Promtool;
import io.macpool.sim.peer.Scrape;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacSimulator;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each alert of the chart fires in its case and in no other. The series are those of a broker to
 * which it happens, from its first minute, and go on as they were when they were read.
 */
class AlertsIT {

  private static final Path RULES =
      Path.of(
          "..",
          "src/gitops/src/test/resources/io/macpool/gitops/charts/golden/jupiter-brain-full.yaml");

  private static final Set<String> shown = new TreeSet<>();
  private static Promtool judge;

  @BeforeAll
  static void rules(@TempDir Path folder) throws IOException {
    Optional<String> program = Peer.PROMTOOL.location();
    assumeThat(program).as("peer promtool is not here: no alert is tested").isPresent();
    judge = new Promtool(program.orElseThrow(), Files.readString(RULES), folder);
  }

  @AfterAll
  static void everyAlertHasItsCase() {
    if (judge != null) {
      assertThat(shown).isEqualTo(judge.alerts());
    }
  }

  private static BrainLab lab() {
    return new BrainLab(VCenterOptions.defaults());
  }

  private static Scrape scrape(BrainLab lab) throws IOException, InterruptedException {
    return Scrape.of(lab.get("/metrics").body(), "jupiter-brain-com");
  }

  /** Waits until what happened to the broker would, if it lasted, fire these alerts alone. */
  private static void fires(BrainLab lab, Scrape before, String... alerts) {
    shown.addAll(Set.of(alerts));
    await()
        .atMost(BrainLab.PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(judge.complaint(scrape(lab).lastingSince(before), Set.of(alerts)))
                    .isEmpty());
  }

  @Test
  void aBrokerThatWorksFiresNone() throws Exception {
    try (BrainLab lab = lab().start()) {
      Scrape before = scrape(lab);
      assertThat(judge.complaint(before.lastingSince(before), Set.of())).isEmpty();
      String id = BrainLab.id(lab.create());
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode() / 100).isEqualTo(2);
      fires(lab, before);
    }
  }

  @Test
  void clonesThatFail() throws Exception {
    try (BrainLab lab = lab().start()) {
      Scrape before = scrape(lab);
      lab.vcenter()
          .faults()
          .add(
              FaultRule.always(
                  "CloneVM_Task", new FaultAction.TaskFault("InvalidState", "not now")));
      for (int i = 0; i < 3; i++) {
        assertThat(lab.create().statusCode()).isGreaterThanOrEqualTo(500);
      }
      fires(lab, before, "JupiterBrainCreatesFail");
    }
  }

  @Test
  void machinesThatCantBeDestroyed() throws Exception {
    try (BrainLab lab = lab().start()) {
      Scrape before = scrape(lab);
      String id = BrainLab.id(lab.create());
      lab.vcenter()
          .faults()
          .add(
              FaultRule.always(
                  "Destroy_Task", new FaultAction.TaskFault("InvalidState", "not now")));
      lab.call("DELETE", "/instances/" + id, null);
      fires(lab, before, "JupiterBrainDestroysFail");
    }
  }

  @Test
  void aVCenterThatIsAway() throws Exception {
    try (BrainLab lab = lab().start()) {
      Scrape before = scrape(lab);
      lab.vcenter().goAway();
      fires(lab, before, "JupiterBrainBreakerOpen", "JupiterBrainStaleInventory");
      assertThat(lab.create().statusCode()).isEqualTo(503);
      fires(
          lab,
          before,
          "JupiterBrainBreakerOpen",
          "JupiterBrainStaleInventory",
          "JupiterBrainCreatesFail");
    }
  }

  @Test
  void eventsThatHangWhileAllOtherCallsWork() throws Exception {
    try (BrainLab lab = lab().start()) {
      Scrape before = scrape(lab);
      lab.vcenter().faults().add(FaultRule.always("WaitForUpdatesEx", new FaultAction.Hang()));
      // Its event ends the poll that waits, and the next one hangs: it is not awaited.
      CompletableFuture<HttpResponse<String>> made = lab.createAsync(BrainLab.IMAGE);
      fires(lab, before, "JupiterBrainStaleInventory");
      made.cancel(true);
    }
  }

  @Test
  void aMacThatIsNotReached(@TempDir Path folder) throws Exception {
    try (MacFleet fleet =
            MacFleet.start(
                folder.resolve("macs"),
                1,
                MacTimes.SHORT,
                GuestPower.addressesOnly(),
                List.of("macos-26"));
        BrainLab lab = BrainLab.withoutVCenter()) {
      Path hosts = Files.writeString(folder.resolve("hosts.yaml"), fleet.hostsFile());
      Path known = Files.writeString(folder.resolve("known_hosts"), fleet.knownHosts());
      lab.set("TART_HOSTS", hosts.toString())
          .set("TART_KEY_FILE", fleet.keyFile().toString())
          .set("TART_KNOWN_HOSTS", known.toString())
          .set("TART_INTERVAL", "500ms")
          .start();
      Scrape before = scrape(lab);
      fires(lab, before);
      fleet.macs().forEach(MacSimulator::close);
      fires(lab, before, "JupiterBrainMacsLost");
    }
  }

  @Test
  void aHostThatIgnoresReboots(@TempDir Path folder) throws Exception {
    try (BrainLab lab = lab()) {
      lab.set("HYGIENE_REBOOT", "http://127.0.0.1:1/").set("HYGIENE_IN_SERVICE", "0");
      lab.set("LEDGER_FILE", folder.resolve("ledger").toString()).start();
      Scrape before = scrape(lab);
      lab.stop();
      HostHygieneIT.askedInVain(folder.resolve("ledger"), lab.vcenter().hosts().size());
      lab.start();
      fires(lab, before, "JupiterBrainHostIgnoresReboots");
    }
  }

  @Test
  void aDatabaseThatIsAway() throws Exception {
    try (SharedPostgres postgres = new SharedPostgres()) {
      URI database = URI.create(postgres.database());
      try (TcpGate gate = TcpGate.open(database.getHost(), database.getPort(), 0);
          BrainLab lab = lab()) {
        lab.set("DATABASE_URL", DatabaseOutageIT.through(gate, database)).start();
        Scrape before = scrape(lab);
        gate.stop();
        fires(lab, before, "JupiterBrainReconcileFails");
      }
    }
  }
}
