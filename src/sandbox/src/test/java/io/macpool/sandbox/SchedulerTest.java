package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.rabbit.WaitingMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchedulerTest {

  private static final String QUEUE = "builds.test";

  /** A worker may run the first one still, though it is not heard of. */
  @Test
  void aJobThatAWorkerHadWhenItsQueueWasDeletedMayHaveTwoMessages() {
    try (AmqpSimulator amqp = AmqpSimulator.start();
        Scheduler scheduler = Scheduler.connect(amqp.uri(), QUEUE, 1, told -> {})) {
      scheduler.publish(List.of(JobSample.forSoak(0), JobSample.forSoak(1)));
      try (JobPublisher worker = JobPublisher.connect(amqp.uri())) {
        List<WaitingMessage> had = List.copyOf(worker.deleteQueue(QUEUE));
        List<WaitingMessage> back =
            List.of(new WaitingMessage(had.get(0).body(), true), had.get(1));
        assertThat(had).noneMatch(WaitingMessage::redelivered);

        scheduler.queueWasDeleted(back).run();

        assertThat(worker.waiting(QUEUE)).isEqualTo(2);
        assertThat(scheduler.board().entries())
            .extracting(JobBoard.Entry::perhapsTwice)
            .containsExactly(true, false);
      }
    }
  }
}
