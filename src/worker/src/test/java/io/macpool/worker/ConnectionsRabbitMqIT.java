package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a real RabbitMQ, where one is given; it has a limit and an exchange that others have not. */
@Tag(Stage.RABBITMQ)
class ConnectionsRabbitMqIT extends ConnectionsIT {

  @Test
  void warnsOfAConsumerTimeoutThatAJobMayOutlast() {
    try (LogLines lines = LogLines.of("io.macpool.worker.queue.ConsumerTimeout")) {
      stage.worker("HARD_TIMEOUT", "2h");
      assertThat(stage.finished(stage.publish("true")).finalState()).contains("passed");
      assertThat(lines.seen())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .startsWith("a delivery may stay unacked for 2h")
                      .contains("set consumer_timeout above 2h"));
    }
  }

  /** Nobody reads the shards here; how a log lies in them is for another test. */
  @Test
  void shardedLogsLeaveTheOldWay() {
    stage.worker("RABBITMQ_SHARDING", "true");
    long id = stage.publish("true");
    stage.awaitJob(id, job -> job.finishes() == 1);
    assertThat(stage.results.job(id).parts()).isEmpty();
  }
}
