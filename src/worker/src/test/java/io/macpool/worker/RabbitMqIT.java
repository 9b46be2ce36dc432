package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.net.TcpGate;
import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The worker on a real RabbitMQ, where one is given. */
class RabbitMqIT {

  private static URI broker;
  private static Stage stage;

  @BeforeAll
  static void open() {
    Optional<String> location = Peer.RABBITMQ.location();
    Assumptions.assumeTrue(location.isPresent(), "no RabbitMQ is given: set PEERS_RABBITMQ");
    broker = URI.create(location.orElseThrow());
    stage = new Stage();
  }

  @AfterAll
  static void shut() {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void runsJobsThroughALostConnectionAndGarbage() {
    String queue = "builds." + UUID.randomUUID();
    try (ResultCollector results = ResultCollector.start(broker);
        JobPublisher jobs = JobPublisher.connect(broker);
        TcpGate gate = TcpGate.open(broker.getHost(), broker.getPort(), 0)) {
      String gated =
          "amqp://%s@127.0.0.1:%d%s"
              .formatted(broker.getRawUserInfo(), gate.port(), broker.getRawPath());
      try (Worker worker = stage.worker("AMQP_URI", gated, "QUEUE_NAME", queue, "POOL_SIZE", "1")) {
        jobs.publish(queue, "this is not a job");
        long id = Stage.newId() + 1_000_000;
        jobs.publish(
            queue,
            Stage.payload(id, "for i in $(seq 1 40); do echo line $i.; sleep 0.1; done", "exit 1")
                .toString());
        assertThat(results.await(Stage.PATIENCE, r -> r.job(id).log().contains("line 5.")))
            .isTrue();
        gate.cut();
        JobRecord job = results.awaitFinish(id, Stage.PATIENCE);
        assertThat(job.finalState()).contains("failed");
        assertThat(job.runs()).hasSize(1);
        await().atMost(Stage.PATIENCE).until(worker::isReady);
        long next = Stage.newId() + 1_000_000;
        jobs.publish(queue, Stage.payload(next, "true").toString());
        assertThat(results.awaitFinish(next, Stage.PATIENCE).finalState()).contains("passed");
        assertThat(results.job(id).finishes()).isEqualTo(1);
      }
    }
  }

  /** The queue is declared as the contract has it, so the dead letters come by a policy. */
  @Test
  void deadLettersWhatIsNoJob() throws Exception {
    Optional<String> management = Peer.RABBITMQ_MANAGEMENT.location();
    Assumptions.assumeTrue(management.isPresent(), "no RabbitMQ management is given");
    String queue = "builds." + UUID.randomUUID();
    String dead = "dead." + queue;
    put(
        URI.create(management.orElseThrow()),
        "/api/policies/%2F/" + queue,
        "{\"pattern\":\"^"
            + queue
            + "$\",\"apply-to\":\"queues\",\"definition\":"
            + "{\"dead-letter-exchange\":\"\",\"dead-letter-routing-key\":\""
            + dead
            + "\"}}");
    try (JobPublisher jobs = JobPublisher.connect(broker);
        ResultCollector results = ResultCollector.start(broker);
        Worker worker = stage.worker("AMQP_URI", broker.toString(), "QUEUE_NAME", queue)) {
      jobs.declareQueue(dead);
      jobs.publish(queue, "this is not a job");
      jobs.publish(queue, "{\"job\":{\"id\":\"seven\"}}");
      await().atMost(Stage.PATIENCE).until(() -> jobs.waiting(dead) == 2);
      long id = Stage.newId() + 2_000_000;
      jobs.publish(queue, Stage.payload(id, "true").toString());
      assertThat(results.awaitFinish(id, Stage.PATIENCE).finalState()).contains("passed");
      assertThat(jobs.waiting(queue)).isZero();
      assertThat(Remote.of(worker).get("/metrics").body())
          .contains("worker_deliveries_rejected_total 2.0");
    }
  }

  private static void put(URI management, String path, String body) throws Exception {
    String credentials =
        Base64.getEncoder()
            .encodeToString(management.getUserInfo().getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://%s:%d%s".formatted(management.getHost(), management.getPort(), path)))
            .header("Authorization", "Basic " + credentials)
            .header("Content-Type", "application/json")
            .version(HttpClient.Version.HTTP_1_1)
            .PUT(BodyPublishers.ofString(body))
            .build();
    assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode())
        .isIn(201, 204);
  }
}
