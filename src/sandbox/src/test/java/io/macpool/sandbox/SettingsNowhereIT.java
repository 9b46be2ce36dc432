package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.macpool.brain.BrainSettings;
import io.macpool.brain.JupiterBrain;
import io.macpool.operator.Operator;
import io.macpool.operator.OperatorSettings;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsSpec;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.VCenterOptions;
import io.macpool.worker.Worker;
import io.macpool.worker.WorkerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * What each program says of a setting that is well formed and points nowhere: in the sentence with
 * which it does not start, in why it is not ready, or in a warning. What is looked at only when a
 * job asks for it is not here: there the job's log says it.
 */
class SettingsNowhereIT {

  /** Nobody listens there, and no unprivileged program may. */
  private static final String CLOSED = "127.0.0.1:9";

  /** An address for documentation: no machine has it. */
  private static final String FOREIGN = "192.0.2.1:8080";

  private static final String FILE = "/nowhere/file";

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> log =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.WARN)
              && event.getLoggerName().startsWith("io.macpool.")
              && !event.getLoggerName().startsWith("io.macpool.sim.")) {
            logged.add(event.getFormattedMessage());
          }
        }
      };

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void listen() {
    log.start();
    root().addAppender(log);
  }

  @AfterEach
  void stopListening() {
    root().detachAppender(log);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /** A running program, and where it tells whether it is ready. */
  private record Running(AutoCloseable program, int port) {}

  @Test
  void aBroker() throws Exception {
    try (VCenterSimulator vcenter = VCenterSimulator.start(VCenterOptions.defaults())) {
      String login = vcenter.user().replace("@", "%40") + ":" + vcenter.password() + "@";
      Program program =
          new Program(
              BrainSettings.SPEC,
              Map.of(
                  "--addr",
                  "127.0.0.1:0",
                  "--auth-token",
                  "secret",
                  "--vsphere-api-url",
                  vcenter.url().toString().replace("https://", "https://" + login),
                  "--vsphere-thumbprint",
                  vcenter.thumbprint(),
                  "--vsphere-base-path",
                  vcenter.basePath(),
                  "--vsphere-vm-path",
                  vcenter.vmPath(),
                  "--vsphere-cluster-path",
                  vcenter.clusterPath(),
                  "--drain-timeout",
                  "100ms"),
              settings -> {
                JupiterBrain brain = JupiterBrain.start(settings);
                return new Running(brain, brain.adminPort());
              });
      program.says(
          "https://127.0.0.1:9/sdk failed: Connection refused",
          "--vsphere-api-url=https://user:pass@" + CLOSED + "/sdk");
      program.says(
          "can't read the password in /nowhere/file: there is no such file",
          "--vsphere-password-file=" + FILE);
      program.says(FILE, "--vsphere-thumbprint=", "--vsphere-ca-file=" + FILE);
      program.says("Nowhere/vm/Base", "--vsphere-base-path=/Nowhere/vm/Base/");
      program.says("Nowhere/vm/Clones", "--vsphere-vm-path=/Nowhere/vm/Clones/");
      program.says("Nowhere/host/Cluster", "--vsphere-cluster-path=/Nowhere/host/Cluster/");
      program.says(
          "can't reach the ledger at jdbc:postgresql://127.0.0.1:9/brain",
          "--database-url=postgres://user:pass@" + CLOSED + "/brain");
      program.says("can't listen on 192.0.2.1:8080 for clients", "--addr=" + FOREIGN);
      program.says("can't listen on 192.0.2.1:8080 for health", "--admin-addr=" + FOREIGN);
    }
  }

  @Test
  void aWorker(@TempDir Path folder) throws Exception {
    Path key = folder.resolve("key");
    Process made =
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    Program program =
        new Program(
            WorkerSettings.SPEC,
            Map.of(
                "--queue-type",
                "file",
                "--base-dir",
                folder.toString(),
                "--queue-name",
                "q",
                "--build-api-uri",
                "http://" + CLOSED + "/script",
                "--remote-controller-addr",
                "127.0.0.1:0",
                "--jupiterbrain-endpoint",
                "http://" + CLOSED,
                "--jupiterbrain-ssh-key-path",
                key.toString(),
                "--jupiterbrain-reserve-before-take",
                "false"),
            settings -> {
              Worker worker = Worker.start(settings);
              return new Running(worker, worker.remotePort().orElseThrow());
            });
    String amqp = "--queue-type=amqp";
    String nobody = "--amqp-uri=amqp://" + CLOSED;
    program.says("can't connect to 127.0.0.1:9 /: Connection refused", amqp, nobody);
    program.says(
        "TRAVIS_WORKER_AMQP_TLS_CERT_PATH: the certificates in /nowhere/file can't be used: there"
            + " is no such file",
        amqp,
        "--amqp-uri=amqps://" + CLOSED,
        "--amqp-tls-cert-path=" + FILE);
    program.says(
        "TRAVIS_WORKER_LOGS_AMQP_TLS_CERT_PATH: the certificates in /nowhere/file can't be used",
        amqp,
        nobody,
        "--logs-amqp-uri=amqps://" + CLOSED,
        "--logs-amqp-tls-cert-path=" + FILE);
    program.says("can't use /proc/nowhere/q as a queue", "--base-dir=/proc/nowhere");
    program.says(
        "can't listen on 192.0.2.1:8080 for remote control", "--remote-controller-addr=" + FOREIGN);
    program.says(
        "no answer from the broker at http://127.0.0.1:9 when asked to renew",
        "--jupiterbrain-endpoint=http://" + CLOSED);
    program.says(
        "--jupiterbrain-ssh-key-path: the private key /nowhere/file is not there",
        "--jupiterbrain-ssh-key-path=" + FILE);
    program.says("no heartbeat: connection refused", "--heartbeat-url=http://" + CLOSED);
    program.says(
        "no heartbeat: its token's file can't be read",
        "--heartbeat-url=http://" + CLOSED,
        "--heartbeat-url-auth-token=file://" + FILE);
    program.says("hook", "--start-hook=" + FILE);
  }

  @Test
  void anOperator(@TempDir Path folder) throws Exception {
    try (KubernetesSimulator kubernetes =
        KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), PodRunner.idle())) {
      for (String kind : List.of("workerclusters", "hardwarepools")) {
        Path crd = Path.of("..", "..", "charts/worker-operator/crds", kind + ".travisci.com.yaml");
        kubernetes.load(Files.readString(crd));
      }
      kubernetes.load(
          """
          apiVersion: travisci.com/v1alpha1
          kind: WorkerCluster
          metadata: {name: wc, namespace: ns}
          spec:
            maxJobs: 1
            maxJobsPerWorker: 1
            selector: {matchLabels: {name: wc}}
            scaling: {queue: q}
            template: {metadata: {labels: {name: wc}}, spec: {image: "worker:1"}}
          """);
      Program program =
          new Program(
              OperatorSettings.SPEC,
              Map.of(
                  "--kubeconfig",
                  kubernetes.kubeconfig().toString(),
                  "--watch-namespace",
                  "ns",
                  "--leader-election",
                  "false",
                  "--api-timeout",
                  "2s",
                  "--queue-depth-tolerance",
                  "100ms",
                  "--admin-addr",
                  "127.0.0.1:0"),
              settings -> {
                Operator operator = Operator.start(settings);
                return new Running(operator, operator.adminPort());
              });
      Path away = folder.resolve("away");
      Files.writeString(
          away,
          Files.readString(kubernetes.kubeconfig())
              .replaceAll("http://[0-9.:]+", "http://" + CLOSED));
      program.says("--kubeconfig: can't read /nowhere/file", "--kubeconfig=" + FILE);
      program.says(": connection refused. Is the API up", "--kubeconfig=" + away);
      program.says(
          "can't be read or renewed: no answer from http://127.0.0.1:9/",
          "--kubeconfig=" + away,
          "--leader-election=true");
      program.says("can't listen on 192.0.2.1:8080 for health", "--admin-addr=" + FOREIGN);
      program.says("127.0.0.1:9", "--amqp-uri=amqp://" + CLOSED);
      program.says("127.0.0.1:9", "--rabbitmq-management-uri=http://user:pass@" + CLOSED);
    }
  }

  /** One program, with settings that work. */
  private final class Program {

    private final SettingsSpec spec;
    private final Map<String, String> base;
    private final Function<Settings, Running> starter;

    Program(SettingsSpec spec, Map<String, String> base, Function<Settings, Running> starter) {
      this.spec = spec;
      this.base = base;
      this.starter = starter;
    }

    /** With some settings changed, of which one points nowhere, it says so. */
    void says(String sentence, String... changes) throws Exception {
      Map<String, String> all = new HashMap<>(base);
      for (String change : changes) {
        int equals = change.indexOf('=');
        all.put(change.substring(0, equals), change.substring(equals + 1));
        all.values().removeIf(String::isEmpty); // as if it were not set
      }
      List<String> arguments = new ArrayList<>();
      all.forEach((name, text) -> arguments.add(name + "=" + text));
      logged.clear();
      Settings settings = spec.read(arguments, Map.of());
      Running running;
      try {
        running = starter.apply(settings);
      } catch (RuntimeException e) {
        check(sentence, e.getMessage(), changes);
        return;
      }
      try {
        await(sentence)
            .atMost(Duration.ofSeconds(30))
            .pollInterval(Duration.ofMillis(50))
            .untilAsserted(() -> check(sentence, unready(running.port()) + "\n" + logged, changes));
      } finally {
        running.program().close();
      }
    }

    private void check(String sentence, String said, String... changes) {
      assertThat(said)
          .as(String.join(" ", changes))
          .contains(sentence)
          .doesNotContain("Exception", "null", "java.", ":pass@");
    }
  }

  private String unready(int port) throws IOException, InterruptedException {
    URI ready = URI.create("http://127.0.0.1:" + port + "/health/ready");
    return http.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString()).body();
  }
}
