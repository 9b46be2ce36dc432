package io.macpool.brain;

import static io.macpool.brain.BrainLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.CrashPoint.Step;
import io.macpool.sim.net.TcpGate;
import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody is judged by what could not be heard: an instance in use stays, whoever falls silent. */
class SilenceIT {

  /** Ten rounds: each judgement takes three. */
  private static final Duration LONG = Duration.ofSeconds(3);

  private static BrainLab lab(int hosts) {
    return new BrainLab(VCenterOptions.defaults().withHosts(hosts));
  }

  /** A half-open connection: the events hang while all other calls work. */
  @Test
  void whileEventsHangNothingVanishes() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      lab.vcenter().faults().add(FaultRule.once("WaitForUpdatesEx", new FaultAction.Hang()));
      String first = id(lab.create()); // its event ends the poll that waits; the next one hangs
      String second = id(lab.create());
      lab.assertKept(first, LONG);
      lab.assertKept(second, LONG);
      assertThat(lab.create().statusCode()).as("their slots are held").isEqualTo(503);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
    }
  }

  @ParameterizedTest(name = "warm: {0}")
  @ValueSource(booleans = {false, true})
  void whatCouldNotBeConfirmedWhileTheDatabaseWasAwayIsConfirmedAfterwards(boolean warm)
      throws Exception {
    try (SharedPostgres postgres = new SharedPostgres();
        ServerSocket ssh = new ServerSocket(0, 500, InetAddress.getLoopbackAddress())) {
      URI database = URI.create(postgres.database());
      try (TcpGate gate = TcpGate.open(database.getHost(), database.getPort(), 0);
          BrainLab lab =
              new BrainLab(VCenterOptions.defaults().withHosts(1).withGuests(WarmPoolIT.LOCAL))) {
        if (warm) {
          lab.set("SSH_PORT", Integer.toString(ssh.getLocalPort()));
          lab.set("WARM", BrainLab.IMAGE + "=1:1:30m");
        }
        AtomicBoolean cut = new AtomicBoolean(true);
        lab.set("DATABASE_URL", DatabaseOutageIT.through(gate, database))
            .startUnready(
                step -> {
                  if (step == Step.ANSWERED && cut.getAndSet(false)) {
                    gate.stop();
                  }
                });
        lab.awaitReady();
        if (warm) {
          awaitProven(lab);
        }
        String id = id(lab.create());
        Awaitility.await("the outage is told of")
            .atMost(BrainLab.PATIENCE)
            .until(() -> lab.readiness().contains("warnings"));
        gate.start();
        Awaitility.await("all is well again")
            .atMost(BrainLab.PATIENCE)
            .until(() -> !lab.readiness().contains("warnings"));
        // Nobody asks for it by its id meanwhile: that would confirm it.
        Awaitility.await("it is kept")
            .during(LONG)
            .atMost(LONG.plus(BrainLab.PATIENCE))
            .until(() -> lab.vcenter().clones().stream().anyMatch(m -> m.original().equals(id)));
        assertThat(lab.get("/instances/" + id).statusCode()).isEqualTo(200);
      }
    }
  }

  /** One waits that may be handed over. */
  private static void awaitProven(BrainLab lab) {
    Awaitility.await("one waits warm")
        .atMost(BrainLab.PATIENCE)
        .until(() -> lab.get("/capacity").body().contains("\"warm\":1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"inaccessible", "orphaned", "invalid", "disconnected"})
  void aMachineThatVsphereCantReadIsUnknownAndNotGone(String state) throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = id(lab.create());
      lab.vcenter().administrator().connection(id, state);
      Awaitility.await("it is unknown")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + id).body().contains("\"state\":\"unknown\""));
      lab.assertKept(id, LONG);
      lab.vcenter().administrator().connection(id, "connected");
      Awaitility.await("it is known again")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + id).body().contains("powered-on"));
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(0);
    }
  }

  @Test
  void aMachineThatAPersonRenamesIsTheSame() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = id(lab.create());
      lab.vcenter().administrator().rename(id, "do-not-delete");
      lab.assertKept(id, LONG);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(0);
    }
  }

  @Test
  void aMachineInAnotherFolderKeepsItsOwnerAndItsSlot() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = id(lab.create());
      lab.vcenter().administrator().moveToFolder(id, "Somewhere");
      lab.assertKept(id, LONG);
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.create().statusCode()).isEqualTo(503);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(1);
    }
  }

  @Test
  void aMachineThatLeavesTheInventoryIsItsOwnersWhenItReturns() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = id(lab.create());
      Awaitility.await("its UUID is on record").pollDelay(Duration.ofSeconds(1)).until(() -> true);
      lab.vcenter().administrator().unregister(id);
      Awaitility.await("its record is closed")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + id).statusCode() == 404);
      lab.vcenter().administrator().register(id);
      Awaitility.await("it is back")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + id).statusCode() == 200);
      assertThat(lab.get("/instances/" + id).body()).contains("\"owner\":\"default\"");
      lab.assertKept(id, LONG);
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.create().statusCode()).as("its slot is its own again").isEqualTo(503);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-3, 3})
  void vcentersClockIsNotOurs(long hoursAhead) throws Exception {
    MovableClock clock = new MovableClock();
    clock.ahead(Duration.ofHours(hoursAhead));
    try (BrainLab lab =
        new BrainLab(VCenterOptions.defaults().withHosts(1).withClock(clock)).start()) {
      String id = id(lab.create());
      lab.assertKept(id, LONG);
      Instant expires =
          Instant.parse(
              BrainLab.data(lab.get("/instances/" + id)).get(0).get("expires-at").asText());
      assertThat(Duration.between(Instant.now(), expires))
          .isBetween(Duration.ofMinutes(118), Duration.ofMinutes(121));
    }
  }
}
