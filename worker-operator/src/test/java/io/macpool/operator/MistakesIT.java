package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.macpool.sim.peer.Promtool;
import io.macpool.sim.peer.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** On our simulator, and what holds for the table as a whole. */
class MistakesIT extends MistakesContract {

  private static final Path TABLE = Path.of("..", "docs", "mistakes.md");

  @Override
  OperatorBench bench(String... flags) {
    return new OperatorBench(flags);
  }

  @Test
  void noOperatorAndALongWaitAreAlertsAsWell() throws IOException, InterruptedException {
    assumeThat(prometheus).as("peer promtool is not here: no alert is tested").isPresent();
    bench.apply(
        cluster("wc", 2, 1, "")
            .replace("value: wc}]", "value: wc}, {name: TRAVIS_WORKER_QUEUE_NAME, value: q}]"));
    patiently(
        () -> {
          bench.workers.of("wc").forEach(worker -> worker.busy().finishJob());
          assertThat(bench.metrics()).contains("queue_wait_seconds{");
        });
    Scrape healthy = scrape();
    Promtool judge = prometheus.orElseThrow();
    assertThat(judge.complaint(healthy.lastingSince(healthy), Set.of())).isEmpty();
    Scrape gone = healthy.without("operator_clusters\\{.*");
    assertThat(judge.complaint(gone.lastingSince(gone), Set.of("WorkerOperatorGone"))).isEmpty();
    Scrape slow = healthy.with("queue_wait_seconds\\{.*", 1801);
    assertThat(judge.complaint(slow.lastingSince(slow), Set.of("JobsWaitLong"))).isEmpty();
  }

  @Test
  void everyAlertHasItsCase() {
    assumeThat(prometheus).as("peer promtool is not here: no alert is tested").isPresent();
    Set<String> shown = new TreeSet<>(Set.of("WorkerOperatorGone", "JobsWaitLong"));
    Mistake.all().forEach(mistake -> shown.addAll(mistake.alerts()));
    assertThat(shown).containsExactlyInAnyOrderElementsOf(prometheus.orElseThrow().alerts());
  }

  @Test
  void theTableInTheDocsIsThis() throws IOException {
    StringBuilder table = new StringBuilder();
    for (Mistake each : Mistake.all()) {
      table.append(
          "| %s | `%s` | `%s` | %s | %s |\n"
              .formatted(
                  each.what(),
                  each.condition(),
                  each.event(),
                  each.log(),
                  each.alerts().isEmpty()
                      ? "none"
                      : each.alerts().stream().sorted().collect(joining("`, `", "`", "`"))));
    }
    assertThat(Files.readString(TABLE)).contains(table);
  }
}
