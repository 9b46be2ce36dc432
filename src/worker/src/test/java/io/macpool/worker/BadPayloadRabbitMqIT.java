package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.peer.Peer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a real RabbitMQ, where one is given; it can have a place for what is rejected. */
@Tag(Stage.RABBITMQ)
class BadPayloadRabbitMqIT extends BadPayloadIT {

  /** The queue is declared as the contract has it, so the dead letters come by a policy. */
  @Test
  void deadLettersWhatIsNoJob() throws Exception {
    Optional<String> management = Peer.RABBITMQ_MANAGEMENT.location();
    Assumptions.assumeTrue(management.isPresent(), "no RabbitMQ management is given");
    String dead = "dead." + stage.queue;
    put(
        URI.create(management.orElseThrow()),
        "/api/policies/%2F/" + stage.queue,
        """
        {"pattern":"^%s$","apply-to":"queues",
         "definition":{"dead-letter-exchange":"","dead-letter-routing-key":"%s"}}"""
            .formatted(stage.queue, dead));
    Worker worker = stage.worker();
    stage.declare(dead);
    stage.publishText("this is not a job");
    stage.publishText("{\"job\":{\"id\":\"seven\"}}");
    await().atMost(Stage.PATIENCE).until(() -> stage.waiting(dead) == 2);
    assertThat(stage.finished(stage.publish("true")).finalState()).contains("passed");
    assertThat(Remote.of(worker).get("/metrics").body())
        .contains("worker_deliveries_rejected_total 2.0");
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
