package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers that lie, lag or vanish: the limit holds whatever they tell, and nobody else suffers. */
class BadWorkersIT {

  private final OperatorBench bench = new OperatorBench();

  @BeforeEach
  void start() {
    bench.start();
    bench.apply(cluster("wc", 8, 4, ""));
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(4, 4));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void whatAWorkerClaimsToHaveNobodyElseGets() {
    FakeWorker liar = bench.workers.of("wc").get(0);
    liar.claim(size -> size + 3);
    bench.edit("wc", wc -> wc.getSpec().maxJobsPerWorker = 3);
    eventually(() -> assertThat(bench.workers.of("wc")).hasSize(3));
    // 3 of its own, 3 claimed, 3 of the other: the third pod has no room.
    stays(() -> bench.workers.alive("wc") <= 8);
    assertThat(bench.workers.sizes("wc")).endsWith(0);
    liar.claim(size -> size);
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(8));
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(8);
  }

  @Test
  void aWorkerThatDeniesWhatItHasCountsWithWhatItWasGranted() {
    bench.workers.of("wc").get(0).claim(size -> 0);
    bench.edit("wc", wc -> wc.getSpec().maxJobsPerWorker = 8);
    // The other one may grow only as this one is made to shrink, and it says it has nothing.
    stays(() -> bench.workers.alive("wc") <= 8);
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(8);
  }

  @Test
  void workersThatObeyLateAreWaitedFor() {
    bench.workers.prepare(worker -> worker.lag(Duration.ofMillis(300)));
    bench.workers.all().forEach(worker -> worker.lag(Duration.ofMillis(300)));
    bench.edit("wc", wc -> wc.getSpec().maxJobsPerWorker = 2);
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(2, 2, 2, 2));
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(8);
  }

  @Test
  void aWorkerThatVanishesKeepsCountingUntilItsPodIsGone() {
    FakeWorker vanished = bench.workers.of("wc").get(0);
    vanished.vanish();
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Degraded"))
                .isEqualTo("True WorkersUnreachable"));
    bench.edit("wc", wc -> wc.getSpec().maxJobsPerWorker = 3);
    eventually(() -> assertThat(bench.workers.of("wc")).hasSizeGreaterThan(2));
    stays(() -> bench.workers.alive("wc") <= 8);
    assertThat(vanished.alive()).isEqualTo(4);
    bench.client.pods().inNamespace(bench.namespace).withName(vanished.pod()).delete();
    eventually(() -> assertThat(bench.workers.sizes("wc")).containsExactly(3, 3, 2));
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(8);
  }

  private static void stays(java.util.concurrent.Callable<Boolean> so) {
    await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(6)).until(so);
  }
}
