package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a real RabbitMQ, where one is given; it has a limit and an exchange that others have not. */
@Tag(Stage.RABBITMQ)
class ConnectionsRabbitMqIT extends ConnectionsIT {

  /** Nobody reads the shards here; how a log lies in them is for another test. */
  @Test
  void shardedLogsLeaveTheOldWay() {
    stage.worker("RABBITMQ_SHARDING", "true");
    long id = stage.publish("true");
    stage.awaitJob(id, job -> job.finishes() == 1);
    assertThat(stage.results.job(id).parts()).isEmpty();
  }
}
