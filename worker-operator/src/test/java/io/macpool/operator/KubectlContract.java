package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.operator.Kubectl.Result;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people do with kubectl: on our simulator and on a real API server. */
abstract class KubectlContract {

  private OperatorBench bench;
  private Kubectl kubectl;

  /** An API and the operator to start on it. */
  abstract OperatorBench bench();

  @BeforeEach
  void start() throws Exception {
    bench = bench();
    kubectl = Kubectl.of(bench.cluster);
    bench.start();
    assertThat(good(kubectl.given(cluster("wc", 4, 2, ""), "apply", "-f", "-")))
        .isEqualTo("workercluster.travisci.com/wc created\n");
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(4));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private static String good(Result result) {
    assertThat(result.status()).as(result.text()).isZero();
    return result.text();
  }

  private String line(String... arguments) throws IOException, InterruptedException {
    return good(kubectl.run(arguments)).lines().reduce((first, last) -> last).orElse("");
  }

  @Test
  void getShowsWhatMatters() throws Exception {
    good(kubectl.run("wait", "--for=condition=Ready", "wc/wc", "--timeout=30s"));
    assertThat(good(kubectl.run("get", "wc")))
        .containsPattern("NAME +LIMIT +RUNNING +QUEUED +PODS +READY +REASON +AGE\n");
    assertThat(line("get", "wc")).matches("wc +4 +0 +no queue +2 +True +PoolSizesAssigned +\\d+s");
    assertThat(line("get", "workercluster", "wc", "-o", "jsonpath={.status.desiredJobs}"))
        .isEqualTo("4");
  }

  @Test
  void scaleChangesTheNumberOfJobs() throws Exception {
    good(kubectl.run("scale", "wc/wc", "--replicas=7"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(7));
    assertThat(bench.get("wc").getSpec().maxJobs).isEqualTo(7);
    good(kubectl.run("scale", "wc/wc", "--replicas=0"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isZero());
  }

  @Test
  void describeTellsWhyANumberIsWhatItIs() throws Exception {
    eventually(
        () ->
            assertThat(good(kubectl.run("describe", "wc", "wc")))
                .contains("JobsLimitChanged")
                .contains("none -> 4: spec.maxJobs is 4"));
  }

  @Test
  void explainTellsWhatAFieldMeans() throws Exception {
    assertThat(good(kubectl.run("explain", "wc.spec.maxJobs")))
        .contains("WorkerCluster", "maxJobs")
        .containsPattern("DESCRIPTION:\\s+\\S");
  }

  @Test
  void explainTellsWhatAHardwarePoolIs() throws Exception {
    assertThat(good(kubectl.run("explain", "hwp"))).contains("Slots on Mac hosts");
    assertThat(good(kubectl.run("explain", "hwp.spec"))).contains("What a person wants");
  }

  @Test
  void eventsAreListed() throws Exception {
    eventually(
        () ->
            assertThat(good(kubectl.run("get", "events")))
                .containsPattern("LAST SEEN +TYPE +REASON +OBJECT +MESSAGE")
                .containsPattern("Normal +JobsLimitChanged +workercluster/wc +jobs at once"));
  }

  @Test
  void aBadSpecIsRefusedByTheNameOfItsField() throws Exception {
    Result refused =
        kubectl.given(
            cluster("bad", 4, 2, "").replace("maxJobs: 4", "maxJobs: many"), "apply", "-f", "-");
    assertThat(refused.status()).isNotZero();
    assertThat(refused.text()).contains("spec.maxJobs");
    Result misspelt = kubectl.given(cluster("bad", 4, 2, "  maxjobs: 3"), "apply", "-f", "-");
    assertThat(misspelt.status()).isNotZero();
    assertThat(misspelt.text()).contains("unknown field \"spec.maxjobs\"");
  }

  @Test
  void anAppliedFileIsAppliedAgainWithoutChange() throws Exception {
    assertThat(good(kubectl.given(cluster("wc", 4, 2, ""), "apply", "-f", "-")))
        .contains("unchanged");
    assertThat(good(kubectl.given(cluster("wc", 5, 2, ""), "apply", "-f", "-")))
        .contains("configured");
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(5));
    assertThat(good(kubectl.given(cluster("wc", 6, 2, ""), "apply", "--dry-run=server", "-f", "-")))
        .contains("configured (server dry run)");
    assertThat(bench.get("wc").getSpec().maxJobs).isEqualTo(5);
  }

  @Test
  void deleteWaitsUntilTheWorkersAreGoneAndADryRunDeletesNothing() throws Exception {
    good(kubectl.run("delete", "wc", "wc", "--dry-run=server"));
    assertThat(line("get", "wc", "-o", "name")).isEqualTo("workercluster.travisci.com/wc");
    good(kubectl.run("delete", "wc", "wc", "--timeout=45s"));
    assertThat(bench.get("wc")).isNull();
    eventually(() -> assertThat(bench.workers.alive("wc")).isZero());
  }
}
