package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.peer.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
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
  void anOperatorThatOnlyStandsByIsAnAlert() throws IOException, InterruptedException {
    assumeThat(prometheus).as("peer promtool is not here: no alert is tested").isPresent();
    bench.apply(cluster("wc", 2, 1, ""));
    patiently(() -> assertThat(bench.metrics()).contains("cluster_jobs_desired{"));
    Scrape before = scrape();
    String now = ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS).toString();
    bench.operator().close();
    bench.apply(
        """
        apiVersion: coordination.k8s.io/v1
        kind: Lease
        metadata: {name: worker-operator}
        spec: {holderIdentity: gone, leaseDurationSeconds: 300, renewTime: "%s"}
        """
            .formatted(now));
    bench.restart("--leader-election", "true");
    fires(before, Set.of("WorkerOperatorGone"));
  }

  @Test
  void aLongWaitIsAnAlert() throws IOException, InterruptedException {
    assumeThat(prometheus).as("peer promtool is not here: no alert is tested").isPresent();
    publisher.declareQueue("long");
    publisher.publish("long", Collections.nCopies(10_000, "{}"));
    bench.apply(
        cluster("wc", 2, 1, "")
            .replace("value: wc}]", "value: wc}, {name: TRAVIS_WORKER_QUEUE_NAME, value: long}]"));
    patiently(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    bench.workers.of("wc").forEach(FakeWorker::busy);
    Scrape before = scrape();
    await("three jobs of a second each have ended")
        .pollInterval(Duration.ofSeconds(1))
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              bench.workers.of("wc").forEach(FakeWorker::finishJob);
              assertThat(bench.metrics()).contains("queue_wait_seconds{");
            });
    fires(before, Set.of("JobsWaitLong"));
  }

  private void fires(Scrape before, Set<String> alerts) {
    patiently(
        () ->
            assertThat(prometheus.orElseThrow().complaint(scrape().lastingSince(before), alerts))
                .isEmpty());
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
