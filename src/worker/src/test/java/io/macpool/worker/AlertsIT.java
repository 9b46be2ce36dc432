package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.Promtool;
import io.macpool.sim.peer.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each alert of the workers' chart fires in its case and in no other. The series are those of a
 * worker to which it happens, and go on as they were when they were read.
 */
class AlertsIT {

  private static final Path RULES =
      Path.of(
          "..",
          "gitops/src/test/resources/io/macpool/gitops/charts/golden/macstadium-worker-full.yaml");

  private static final Set<String> shown = new TreeSet<>();
  private static Promtool judge;

  @RegisterExtension final Stage stage = new Stage();

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

  private static Scrape scrape(Remote remote) throws Exception {
    return Scrape.of(remote.get("/metrics").body(), "worker-com");
  }

  /** A worker that has been told the broker's room: until then its processors are held. */
  private Remote worker(String... settings) {
    Remote remote = Remote.of(stage.worker(settings));
    await().until(() -> remote.get("/metrics").body().contains("worker_processors_held 0.0"));
    return remote;
  }

  private static void fires(Remote remote, Scrape before, String... alerts) {
    shown.addAll(Set.of(alerts));
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () ->
                assertThat(judge.complaint(scrape(remote).lastingSince(before), Set.of(alerts)))
                    .isEmpty());
  }

  @Test
  void aWorkerThatWorksFiresNone() throws Exception {
    Remote remote = worker();
    Scrape before = scrape(remote);
    assertThat(stage.finished(stage.publish("true")).finalState()).contains("passed");
    fires(remote, before);
  }

  @Test
  void aPoolOfInstancesThatIsFull() throws Exception {
    Remote remote = worker("POOL_SIZE", "2");
    Scrape before = scrape(remote);
    stage.broker.resize(0);
    fires(remote, before, "WorkersHeld");
  }

  @Test
  void messagesThatAreNoJobs() throws Exception {
    Remote remote = worker();
    Scrape before = scrape(remote);
    stage.publishText("no job");
    fires(remote, before, "WorkersRejectMessages");
  }

  @Test
  void sessionsThatBreakAgainAndAgain() throws Exception {
    Remote remote = worker();
    Scrape before = scrape(remote);
    long id = stage.publish("for i in $(seq 1 50); do echo \"line $i.\"; sleep 0.1; done");
    for (int lost = 1; lost <= 4; lost++) {
      String vm = stage.awaitOutput(id, "line " + 8 * lost + ".");
      stage.guests.cut(vm);
      String counted = "worker_ssh_sessions_lost_total " + (double) lost;
      await().atMost(Stage.PATIENCE).until(() -> remote.get("/metrics").body().contains(counted));
    }
    fires(remote, before, "WorkersLoseSessions");
    assertThat(stage.finished(id).finalState()).contains("passed");
  }
}
