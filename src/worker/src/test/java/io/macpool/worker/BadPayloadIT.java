package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.AmqpSimulator.QueueDepth;
import io.macpool.sim.amqp.JobRecord;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Messages that are not what they should be: each is settled, and none stops the next. */
class BadPayloadIT {

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
    assertThat(stage.broker.alive()).isEmpty();
  }

  @Test
  void garbageIsRejectedCountedAndStopsNobody() {
    worker = stage.worker("POOL_SIZE", "1");
    List<String> garbage =
        List.of(
            "not json at all",
            "{\"job\":",
            "[1,2,3]",
            "null",
            "",
            "\u0000\u0001\u001b[31m",
            "{\"type\":\"test\"}",
            "{\"job\":{\"id\":\"seven\"}}",
            "[".repeat(100_000));
    garbage.forEach(body -> stage.send(publisher -> publisher.publish(stage.queue, body)));
    long id = stage.publish("echo still here");
    assertThat(stage.finished(id).finalState()).contains("passed");
    awaitEmptyQueue();
    assertThat(Remote.of(worker).get("/metrics").body())
        .contains("worker_deliveries_rejected_total " + (double) garbage.size());
  }

  @Test
  void aConfigThatIsNoneEndsErroredAndSaysSo() {
    worker = stage.worker("POOL_SIZE", "1");
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id);
    payload.put("config", "script: true");
    stage.publish(payload);
    JobRecord job = stage.finished(id);
    assertThat(job.finalState()).contains("errored");
    assertThat(job.log()).contains("configuration is not an object");
    assertThat(job.flaws()).isEmpty();
    awaitEmptyQueue();
  }

  @Test
  void fieldsOfWrongTypesDoNotStopAJob() {
    worker = stage.worker("POOL_SIZE", "1");
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "echo ran");
    payload.put("uuid", 12).put("timeouts", "never").put("repository", false).put("trace", 7);
    payload.putArray("meta");
    payload.putArray("vm_size").add(1);
    ((ObjectNode) payload.get("job")).put("queued_at", "yesterday");
    stage.publish(payload);
    assertThat(stage.finished(id).finalState()).contains("passed");
  }

  @Test
  void anEnormousPayloadIsRunOrRefusedButNeverLoops() {
    worker = stage.worker("POOL_SIZE", "1");
    long id = Stage.newId();
    ObjectNode payload = Stage.payload(id, "echo ran");
    payload.put("ballast", "x".repeat(3_000_000));
    stage.publish(payload);
    assertThat(stage.finished(id).finalState()).isPresent();
    awaitEmptyQueue();
  }

  private static void awaitEmptyQueue() {
    await()
        .atMost(Stage.PATIENCE)
        .until(() -> stage.amqp.depth(stage.queue), Optional.of(new QueueDepth(0, 0))::equals);
  }
}
