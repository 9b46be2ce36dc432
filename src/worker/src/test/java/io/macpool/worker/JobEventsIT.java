package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.StateUpdate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a worker tells of jobs besides to the scheduler, and that nobody depends on it. */
class JobEventsIT {

  private static final String EXCHANGE = "macpool.jobs";
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void whoeverListensHearsWhatTheSchedulerIsTold() throws Exception {
    Map<String, JsonNode> heard = new ConcurrentHashMap<>();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(stage.jobs);
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare(EXCHANGE, BuiltinExchangeType.TOPIC, true);
      String queue = channel.queueDeclare().getQueue();
      channel.queueBind(queue, EXCHANGE, "job.#");
      channel.basicConsume(
          queue,
          true,
          (tag, message) ->
              heard.put(message.getEnvelope().getRoutingKey(), JSON.readTree(message.getBody())),
          tag -> {});
      stage.worker("JOB_EVENTS_EXCHANGE", EXCHANGE);

      long id = stage.publish("true");
      JobRecord job = stage.finished(id);

      await()
          .untilAsserted(
              () ->
                  assertThat(heard.keySet())
                      .containsExactlyInAnyOrder("job.received", "job.started", "job.passed"));
      JsonNode passed = heard.get("job.passed");
      assertThat(passed.path("job_id").longValue()).isEqualTo(id);
      assertThat(passed.path("repository").textValue()).isEqualTo("example/app");
      assertThat(passed.path("worker").textValue()).isEqualTo("worker-under-test");
      assertThat(passed.path("instance_id").textValue()).isNotEmpty();
      assertThat(passed.path("trace_id").textValue()).matches("[0-9a-f]{32}").doesNotMatch("0+");
      assertThat(heard.get("job.received").path("trace_id")).isEqualTo(passed.path("trace_id"));
      for (String time : List.of("queued_at", "received_at", "started_at", "finished_at")) {
        assertThat(Instant.parse(passed.path(time).textValue())).as(time).isNotNull();
      }
      assertThat(job.updates().stream().map(StateUpdate::state))
          .as("nothing is taken from the scheduler")
          .containsExactly("received", "started", "passed");
    }
  }

  @Test
  void anExchangeThatCannotBeUsedCostsNoJob() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(stage.jobs);
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare(
          "not-for-us", BuiltinExchangeType.DIRECT, true, false, true, Map.of());

      stage.worker("JOB_EVENTS_EXCHANGE", "not-for-us");

      JobRecord job = stage.finished(stage.publish("true"));
      assertThat(job.finalState()).contains("passed");
      assertThat(job.flaws()).isEmpty();
    }
  }
}
