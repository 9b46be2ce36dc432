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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What some installations have around their workers, and most have not. */
@Execution(ExecutionMode.CONCURRENT)
class PeripheryIT {

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void hooksRunWhenTheWorkerStartsAndWhenItHasStopped() {
    Path begun = stage.directory.resolve("begun");
    Path over = stage.directory.resolve("over");
    Worker worker = stage.worker("START_HOOK", "touch " + begun, "STOP_HOOK", "touch " + over);
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
    stage.worker("PAYLOAD_FILTER_EXECUTABLE", filter.toString());
    long id = stage.publish("echo this is unfiltered.");
    assertThat(stage.finished(id).log()).contains("this is filtered.");
  }

  @Test
  void aFilterThatFailsGivesTheJobBackUntilItIsGivenUp() throws IOException {
    stage.worker("PAYLOAD_FILTER_EXECUTABLE", "/bin/false", "MAX_START_FAILURES", "1");
    JobRecord job = stage.finished(stage.publish("true"));
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("An error occurred while generating the build script.");
  }

  @Test
  void aTraceIsFetchedWhenTheJobAsksForOne() throws IOException {
    Path traces = stage.directory.resolve("traces");
    Path inTheGuest = Path.of("/tmp/build.trace");
    try {
      stage.worker("BUILD_TRACE_ENABLED", "true", "BUILD_TRACE_DIR", traces.toString());
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
    stage.worker("BUILD_TRACE_ENABLED", "true", "BUILD_TRACE_DIR", traces.toString());
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
