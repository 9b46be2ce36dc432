package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static io.macpool.operator.OperatorBench.pool;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The operator on a real API server as the service account of its chart: what the chart's roles
 * grant is all that it needs, wherever it lives and whatever it watches.
 */
@NeedsPeer(Peer.KUBERNETES)
class ChartRolePeerIT {

  private static final Path RENDERED =
      Path.of("..", "src/gitops/src/test/resources/io/macpool/gitops/charts/golden");
  private static final Set<String> KINDS = Set.of("ServiceAccount", "Role", "RoleBinding");

  @TempDir private Path directory;
  private OperatorBench bench;
  private String home;

  @BeforeEach
  void join() {
    bench = new OperatorBench(workers -> PeerApi.join(directory, workers));
  }

  @AfterEach
  void leave() {
    if (home != null && !home.equals(bench.namespace)) {
      bench.client.namespaces().withName(home).delete();
    }
    bench.close();
  }

  /** Installs the chart's roles as they were rendered, and starts the operator with them. */
  private void install(String rendering, String livesIn, String watches) throws IOException {
    home = livesIn;
    bench
        .client
        .resource(new NamespaceBuilder().withNewMetadata().withName(home).endMetadata().build())
        .serverSideApply();
    String account = "worker-operator-com";
    String chart =
        Files.readString(RENDERED.resolve("worker-operator-" + rendering + ".yaml"))
            .replace("namespace: macstadium-staging", "namespace: " + home)
            .replace("namespace: workers", "namespace: " + bench.namespace);
    for (HasMetadata object : bench.client.load(OperatorBench.stream(chart)).items()) {
      if (KINDS.contains(object.getKind())) {
        bench.client.resource(object).serverSideApply();
      }
    }
    String token =
        bench
            .client
            .serviceAccounts()
            .inNamespace(home)
            .withName(account)
            .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build())
            .getStatus()
            .getToken();
    String admin = Files.readString(bench.cluster.kubeconfig());
    Path kubeconfig =
        Files.writeString(
            directory.resolve("role.kubeconfig"),
            admin
                .replaceAll("token: \"[^\"]*\"", "token: \"" + token + "\"")
                .replaceAll("namespace: [^}]*}", "namespace: " + home + "}"));
    bench.start(
        "--kubeconfig",
        kubeconfig.toString(),
        "--watch-namespace",
        watches,
        "--leader-election",
        "true",
        "--lease-duration",
        "6s");
  }

  private void begin() {
    bench.apply(pool("macs", 4));
    bench.apply(cluster("wc", 2, 1, "  hardwarePool: macs"));
    eventually(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    eventually(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
  }

  private void end() throws Exception {
    bench.client.resource(bench.get("wc")).delete();
    eventually(
        () -> {
          assertThat(bench.get("wc")).isNull();
          assertThat(bench.deployment("wc").get()).isNull();
        });
    assertThat(bench.metrics())
        .contains("operator_api_calls_total{outcome=\"forbidden\"} 0")
        .contains("operator_clusters 0");
  }

  @Test
  void aRoleInItsOwnNamespaceIsEnoughForAllThatItDoes() throws Exception {
    install("plain", bench.namespace, bench.namespace);
    begin();
    PatchContext merge = PatchContext.of(PatchType.JSON_MERGE);
    bench.deployment("wc").patch(merge, "{\"spec\":{\"minReadySeconds\":1}}");
    bench.client.secrets().inNamespace(bench.namespace).withName("wc-remote-control").delete();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 1);
    eventually(() -> assertThat(bench.deployment("wc").get().getSpec().getReplicas()).isOne());
    for (String paused : List.of("true", "false", "true", "false")) {
      bench.edit(
          "wc", wc -> wc.getMetadata().setAnnotations(Map.of("travisci.com/paused", paused)));
      String told = paused.equals("true") ? "Unknown Paused" : "True PoolSizesAssigned";
      eventually(() -> assertThat(condition(bench.status("wc"), "Ready")).isEqualTo(told));
    }
    assertThat(bench.events("wc")).contains("JobsLimitChanged", "CredentialRemade", "Resumed");
    end();
  }

  @Test
  void aRoleInTheNamespaceThatItWatchesIsEnough() throws Exception {
    install("elsewhere", bench.namespace + "-home", bench.namespace);
    begin();
    end();
  }

  @Test
  void rolesThatAreTakenAwayAreToldAndItActsAgainOnceTheyAreBack() throws Exception {
    install("plain", bench.namespace, bench.namespace);
    begin();
    List<String> told = new CopyOnWriteArrayList<>();
    AppenderBase<ILoggingEvent> log =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            told.add(event.getFormattedMessage());
          }
        };
    log.start();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(log);
    List<RoleBinding> bindings =
        bench.client.rbac().roleBindings().inNamespace(home).list().getItems();
    try {
      bindings.forEach(binding -> bench.client.resource(binding).delete());
      bench.edit("wc", wc -> wc.getSpec().maxJobs = 1);
      eventually(
          () -> {
            assertThat(told).anyMatch(line -> line.contains("the Kubernetes API forbids"));
            assertThat(bench.metrics())
                .doesNotContain("operator_api_calls_total{outcome=\"forbidden\"} 0");
            assertThat(bench.admin("/health/ready")).contains("can't be read or renewed");
          });
    } finally {
      root.detachAppender(log);
    }
    for (RoleBinding binding : bindings) {
      binding.getMetadata().setResourceVersion(null);
      bench.client.resource(binding).create();
    }
    eventually(() -> assertThat(bench.workers.alive("wc")).isOne());
  }

  /** Its pod is told to end with all others; what it has to do is done by then. */
  @Test
  void anOperatorThatGoesWithItsNamespaceDoesNotHoldIt() throws Exception {
    install("plain", bench.namespace, bench.namespace);
    bench.workers.prepare(FakeWorker::busy);
    begin();
    hold("[\"example.com/hold\"]");
    bench.client.namespaces().withName(bench.namespace).delete();
    bench.operator().close();
    assertThat(bench.workers.alive("wc")).as("no job is killed").isEqualTo(2);
    hold("null");
    bench.workers.all().forEach(FakeWorker::finishAllJobs);
    eventually(() -> assertThat(bench.client.namespaces().withName(home).get()).isNull());
  }

  /** From 1.33 on Kubernetes ends the pods of a namespace first; before, in no order. */
  private void hold(String finalizers) {
    PatchContext merge = PatchContext.of(PatchType.JSON_MERGE);
    String patch = "{\"metadata\":{\"finalizers\":" + finalizers + "}}";
    for (String name : List.of("worker-operator-com", "worker-operator-com-leader")) {
      bench.client.rbac().roles().inNamespace(home).withName(name).patch(merge, patch);
      bench.client.rbac().roleBindings().inNamespace(home).withName(name).patch(merge, patch);
    }
    bench
        .client
        .serviceAccounts()
        .inNamespace(home)
        .withName("worker-operator-com")
        .patch(merge, patch);
  }
}
