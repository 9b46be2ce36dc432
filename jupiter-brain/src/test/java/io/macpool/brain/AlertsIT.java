package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.Promtool;
import io.macpool.sim.peer.Scrape;
import io.macpool.sim.vcenter.VCenterOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each alert of the chart fires in its case and in no other. The series are those that a broker
 * tells from its first minute, so that no rule waits for a series that comes with the first fault.
 */
class AlertsIT {

  private static final Path RULES =
      Path.of(
          "..",
          "src/gitops/src/test/resources/io/macpool/gitops/charts/golden/jupiter-brain-full.yaml");

  @Test
  void eachFiresInItsCaseAlone(@TempDir Path folder) throws Exception {
    Optional<String> program = Peer.PROMTOOL.location();
    assumeThat(program).as("peer promtool is not here: no alert is tested").isPresent();
    Promtool judge = new Promtool(program.orElseThrow(), Files.readString(RULES), folder);
    Scrape healthy;
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults()).start()) {
      healthy = Scrape.of(lab.get("/metrics").body(), "jupiter-brain-com");
    }
    assertThat(judge.complaint(healthy.lastingSince(healthy), Set.of())).isEmpty();
    Map<String, Scrape> cases = new LinkedHashMap<>();
    cases.put("JupiterBrainStaleInventory", healthy.with("vsphere_inventory_age_seconds\\{.*", 61));
    cases.put("JupiterBrainBreakerOpen", healthy.with("vsphere_breaker_open\\{.*", 1));
    cases.put(
        "JupiterBrainCreatesFail",
        healthy.with("instance_creates_total\\{.*result=\"failed\".*", 5));
    cases.put(
        "JupiterBrainDestroysFail",
        healthy.with("instance_destroys_total\\{.*result=\"failed\".*", 5));
    cases.put("JupiterBrainReconcileFails", healthy.with("reconcile_failures_total\\{.*", 5));
    assertThat(cases.keySet()).isEqualTo(judge.alerts());
    cases.forEach(
        (alert, scrape) ->
            assertThat(judge.complaint(scrape.lastingSince(healthy), Set.of(alert)))
                .as(alert)
                .isEmpty());
    Scrape good = healthy.with("instance_creates_total\\{.*result=\"ok\".*", 50);
    assertThat(judge.complaint(good.lastingSince(healthy), Set.of())).isEmpty();
  }
}
