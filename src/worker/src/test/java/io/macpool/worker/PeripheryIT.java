package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.net.SelfSignedCertificate;
import io.macpool.sim.net.TcpGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What some installations have around their workers, and most have not. */
class PeripheryIT {

  private static Stage stage;
  private Worker worker;

  @BeforeAll
  static void open() {
    stage = new Stage();
  }

  @AfterAll
  static void shut() {
    stage.close();
  }

  @AfterEach
  void stop() {
    worker.close();
  }

  @Test
  void hooksRunWhenTheWorkerStartsAndWhenItHasStopped() {
    Path begun = stage.directory.resolve("begun");
    Path over = stage.directory.resolve("over");
    worker = stage.worker("START_HOOK", "touch " + begun, "STOP_HOOK", "touch " + over);
    assertThat(begun).exists();
    assertThat(over).doesNotExist();
    worker.close();
    assertThat(over).exists();
  }

  @Test
  void theGeneratorGetsWhatThePayloadFilterPrints() throws IOException {
    Path filter = stage.directory.resolve("filter.sh");
    Files.writeString(filter, "#!/bin/sh\nsed s/unfiltered/filtered/\n");
    Files.setPosixFilePermissions(filter, PosixFilePermissions.fromString("rwx------"));
    worker = stage.worker("PAYLOAD_FILTER_EXECUTABLE", filter.toString());
    long id = stage.publish("echo this is unfiltered.");
    assertThat(stage.finished(id).log()).contains("this is filtered.");
  }

  @Test
  void aFilterThatFailsGivesTheJobBackUntilItIsGivenUp() throws IOException {
    worker = stage.worker("PAYLOAD_FILTER_EXECUTABLE", "/bin/false", "MAX_START_FAILURES", "1");
    JobRecord job = stage.finished(stage.publish("true"));
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("An error occurred while generating the build script.");
  }

  @Test
  void aTraceIsFetchedWhenTheJobAsksForOne() throws IOException {
    Path traces = stage.directory.resolve("traces");
    Path inTheGuest = Path.of("/tmp/build.trace");
    try {
      worker = stage.worker("BUILD_TRACE_ENABLED", "true", "BUILD_TRACE_DIR", traces.toString());
      long id = Stage.newId();
      ObjectNode payload = Stage.payload(id, "echo what happened > " + inTheGuest);
      payload.put("trace", true);
      stage.publish(payload);
      assertThat(stage.finished(id).finalState()).contains("passed");
      assertThat(traces.resolve(id + ".trace")).hasContent("what happened");
      long without = stage.publish("true");
      stage.finished(without);
      assertThat(traces.resolve(without + ".trace")).doesNotExist();
    } finally {
      Files.deleteIfExists(inTheGuest);
    }
  }

  @Test
  void aMissingTraceIsNoFault() {
    Path traces = stage.directory.resolve("no-traces");
    worker = stage.worker("BUILD_TRACE_ENABLED", "true", "BUILD_TRACE_DIR", traces.toString());
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "true");
    payload.put("trace", true);
    stage.publish(payload);
    assertThat(stage.finished(id).finalState()).contains("passed");
  }

  @Test
  void logsGoToABrokerOfTheirOwn() {
    try (AmqpSimulator second = AmqpSimulator.start();
        ResultCollector logs = ResultCollector.start(second.uri())) {
      worker = stage.worker("LOGS_AMQP_URI", second.uri().toString());
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
      worker = stage.worker("LOGS_AMQP_URI", second.uri().toString());
      long id = stage.publish("for i in $(seq 1 20); do echo line $i.; sleep 0.05; done");
      assertThat(logs.await(Stage.PATIENCE, r -> r.job(id).log().contains("line 3."))).isTrue();
      second.stop();
      await().atMost(Stage.PATIENCE).until(() -> stage.broker.alive().isEmpty());
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
    try (TcpGate gate = TcpGate.openTls("127.0.0.1", stage.amqp.port(), authority)) {
      worker = stage.worker("AMQP_URI", tls(gate), "AMQP_TLS_CERT_PATH", trusted.toString());
      assertThat(stage.finished(stage.publish("echo over TLS")).finalState()).contains("passed");
    }
  }

  @Test
  void refusesAnotherAuthorityAndSaysWhatToSet() throws IOException {
    SelfSignedCertificate authority = SelfSignedCertificate.generate("authority", Instant.now());
    Path wrong = stage.directory.resolve("wrong.pem");
    Files.writeString(
        wrong, SelfSignedCertificate.generate("other", Instant.now()).certificatePem());
    try (TcpGate gate = TcpGate.openTls("127.0.0.1", stage.amqp.port(), authority)) {
      worker = stage.worker("AMQP_URI", tls(gate), "AMQP_TLS_CERT_PATH", wrong.toString());
      Worker refused = worker;
      await()
          .atMost(Stage.PATIENCE)
          .until(
              () -> Remote.of(refused).get("/ready").body(),
              body ->
                  body.contains("not trusted")
                      && body.contains("TRAVIS_WORKER_AMQP_TLS_CERT_PATH"));
      assertThat(worker.isReady()).isFalse();
      worker.close();
      worker = stage.worker("AMQP_URI", tls(gate), "AMQP_INSECURE", "true");
      await().atMost(Stage.PATIENCE).until(worker::isReady);
    }
  }

  private static String tls(TcpGate gate) {
    return "amqps://%s@127.0.0.1:%d".formatted(stage.amqp.uri().getRawUserInfo(), gate.port());
  }
}
