package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.Promtool;
import io.macpool.sim.peer.Scrape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Each alert of the workers' chart fires in its case and in no other. */
class AlertsIT {

  private static final Path RULES =
      Path.of(
          "..",
          "gitops/src/test/resources/io/macpool/gitops/charts/golden/macstadium-worker-full.yaml");

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void eachFiresInItsCaseAlone(@TempDir Path folder) throws Exception {
    Optional<String> program = Peer.PROMTOOL.location();
    assumeThat(program).as("peer promtool is not here: no alert is tested").isPresent();
    Promtool judge = new Promtool(program.orElseThrow(), Files.readString(RULES), folder);
    Worker worker = stage.worker("POOL_SIZE", "2");
    Remote remote = Remote.of(worker);
    // Until the broker has told its room, processors are held.
    await().until(() -> remote.get("/metrics").body().contains("worker_processors_held 0.0"));
    Scrape healthy = Scrape.of(remote.get("/metrics").body(), "worker-com");
    assertThat(judge.complaint(healthy.lastingSince(healthy), Set.of())).isEmpty();
    Map<String, Scrape> cases =
        Map.of(
            "WorkersHeld",
            healthy.with("worker_processors_held\\{.*", 1),
            "WorkersLoseSessions",
            healthy.with("worker_ssh_sessions_lost_total\\{.*", 4),
            "WorkersRejectMessages",
            healthy.with("worker_deliveries_rejected_total\\{.*", 1));
    assertThat(cases.keySet()).isEqualTo(judge.alerts());
    cases.forEach(
        (alert, scrape) ->
            assertThat(judge.complaint(scrape.lastingSince(healthy), Set.of(alert)))
                .as(alert)
                .isEmpty());
  }
}
