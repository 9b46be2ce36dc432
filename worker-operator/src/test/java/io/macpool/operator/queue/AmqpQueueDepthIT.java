package io.macpool.operator.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.service.setting.Secret;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AmqpQueueDepthIT {

  private static final List<String> QUEUES =
      IntStream.range(0, 40).mapToObj(number -> "builds." + number).toList();

  private final AmqpSimulator amqp = AmqpSimulator.start();
  private final AmqpQueueDepth depths = new AmqpQueueDepth(new Secret(amqp.uri().toString()));

  @BeforeEach
  void fill() {
    try (JobPublisher publisher = JobPublisher.connect(amqp.uri())) {
      for (int i = 0; i < QUEUES.size(); i++) {
        publisher.declareQueue(QUEUES.get(i));
        publisher.publish(QUEUES.get(i), IntStream.range(0, i).mapToObj(n -> "{}").toList());
      }
    }
  }

  @AfterEach
  void end() {
    depths.close();
    amqp.close();
  }

  /** One that is not there costs its channel, and no other question. */
  @Test
  void answersManyQuestionsAtOnceEachWithItsOwn() throws IOException {
    List<CompletableFuture<QueueDepth.Answer>> before = ask(QUEUES.subList(0, 20));
    CompletableFuture<QueueDepth.Answer> absent = depths.ask("builds.absent");
    List<CompletableFuture<QueueDepth.Answer>> after = ask(QUEUES.subList(20, 40));
    for (int i = 0; i < 20; i++) {
      assertThat(before.get(i).join().depth().ready()).isEqualTo(i);
      assertThat(after.get(i).join().depth().ready()).isEqualTo(20 + i);
    }
    assertThatThrownBy(() -> absent.join().depth())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("builds.absent")
        .hasMessageContaining("404");
    assertThat(depths.read(QUEUES.get(3)).ready()).isEqualTo(3);
  }

  /** And it ends after it, with a question that nobody will answer. */
  @Test
  void aBrokerThatIsSilentIsGivenUp() throws IOException {
    assertThat(depths.read(QUEUES.get(3)).ready()).isEqualTo(3);
    amqp.stall(true);
    CompletableFuture<QueueDepth.Answer> unanswered = depths.ask(QUEUES.get(3));
    assertThat(unanswered).succeedsWithin(Duration.ofSeconds(10));
    amqp.stall(false);
    assertThatThrownBy(() -> unanswered.join().depth())
        .isInstanceOf(IOException.class)
        .hasMessage("the broker did not answer for queue builds.3");
    assertThat(depths.read(QUEUES.get(5)).ready()).isEqualTo(5);
  }

  private List<CompletableFuture<QueueDepth.Answer>> ask(List<String> queues) {
    return queues.stream().map(depths::ask).toList();
  }
}
