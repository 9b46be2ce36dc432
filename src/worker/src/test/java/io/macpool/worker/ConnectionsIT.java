package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.net.SelfSignedCertificate;
import io.macpool.sim.net.TcpGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The ways in which a worker may be connected to its brokers of jobs and of logs. */
@Execution(ExecutionMode.CONCURRENT)
class ConnectionsIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void jobsGoToTheWorkerOfTheHigherPriority() {
    Worker low = stage.worker();
    Worker high = stage.worker("AMQP_CONSUMER_PRIORITY", "5");
    for (int i = 0; i < 4; i++) {
      await().until(() -> stage.consumers() == 2);
      assertThat(stage.finished(stage.publish("true")).finalState()).contains("passed");
    }
    await().until(() -> high.view().totalProcessed() == 4);
    assertThat(low.view().totalProcessed()).isZero();
  }

  @Test
  void aNetworkGoneSilentIsNoticedByTheHeartbeat() {
    Worker worker = stage.worker("AMQP_HEARTBEAT", "1s");
    long id = stage.publish("echo begun", "sleep 3");
    stage.awaitOutput(id, "begun");
    stage.gate.stall(true);
    await().atMost(Stage.PATIENCE).until(() -> !worker.isReady());
    stage.gate.stall(false);
    assertThat(stage.finished(id).finalState()).contains("passed");
    await().atMost(Stage.PATIENCE).until(() -> stage.waiting() == 0);
    assertThat(stage.results.job(id).finishes()).isEqualTo(1);
  }

  @Test
  void logsGoToABrokerOfTheirOwn() {
    try (AmqpSimulator second = AmqpSimulator.start();
        ResultCollector logs = ResultCollector.start(second.uri())) {
      stage.worker("LOGS_AMQP_URI", second.uri().toString());
      long id = stage.publish("echo to the second one");
      assertThat(stage.results.await(Stage.PATIENCE, r -> r.job(id).finishes() == 1)).isTrue();
      assertThat(logs.job(id).log()).contains("to the second one");
      assertThat(logs.job(id).logEnded()).isTrue();
      assertThat(stage.results.job(id).parts()).isEmpty();
    }
  }

  /** The script waits, as it would for a slow terminal; nothing of its output is lost. */
  @Test
  void anOutageOfTheLogsBrokerHoldsTheLogBackAndLosesNothing() {
    try (AmqpSimulator second = AmqpSimulator.start();
        ResultCollector logs = ResultCollector.start(second.uri())) {
      stage.worker("LOGS_AMQP_URI", second.uri().toString());
      long id = stage.publish("for i in $(seq 1 20); do echo line $i.; sleep 0.05; done");
      assertThat(logs.await(Stage.PATIENCE, r -> r.job(id).log().contains("line 3."))).isTrue();
      second.stop();
      stage.awaitNoInstance();
      second.resume();
      assertThat(stage.results.await(Stage.PATIENCE, r -> r.job(id).finishes() == 1)).isTrue();
      assertThat(logs.await(Stage.PATIENCE, r -> r.job(id).logEnded())).isTrue();
      assertThat(logs.job(id).log()).contains("line 20.");
    }
  }

  @Test
  void speaksTlsToABrokerWhoseAuthorityIsGiven() throws IOException {
    SelfSignedCertificate authority = SelfSignedCertificate.generate("authority", Instant.now());
    Path trusted = stage.directory.resolve("authority.pem");
    Files.writeString(trusted, authority.certificatePem());
    try (TcpGate gate = TcpGate.openTls("127.0.0.1", stage.jobs.getPort(), authority)) {
      stage.worker("AMQP_URI", tls(gate), "AMQP_TLS_CERT_PATH", trusted.toString());
      assertThat(stage.finished(stage.publish("echo over TLS")).finalState()).contains("passed");
      await().until(() -> stage.waiting() == 0);
    }
  }

  @Test
  void refusesAnotherAuthorityAndSaysWhatToSet() throws IOException {
    SelfSignedCertificate authority = SelfSignedCertificate.generate("authority", Instant.now());
    Path wrong = stage.directory.resolve("wrong.pem");
    Files.writeString(
        wrong, SelfSignedCertificate.generate("other", Instant.now()).certificatePem());
    try (TcpGate gate = TcpGate.openTls("127.0.0.1", stage.jobs.getPort(), authority)) {
      Worker refused = stage.worker("AMQP_URI", tls(gate), "AMQP_TLS_CERT_PATH", wrong.toString());
      await()
          .atMost(Stage.PATIENCE)
          .until(
              () -> Remote.of(refused).get("/ready").body(),
              body ->
                  body.contains("not trusted")
                      && body.contains("TRAVIS_WORKER_AMQP_TLS_CERT_PATH"));
      assertThat(refused.isReady()).isFalse();
      Worker trusting = stage.worker("AMQP_URI", tls(gate), "AMQP_INSECURE", "true");
      await().atMost(Stage.PATIENCE).until(trusting::isReady);
    }
  }

  private String tls(TcpGate gate) {
    return "amqps://%s@127.0.0.1:%d".formatted(stage.jobs.getRawUserInfo(), gate.port());
  }
}
