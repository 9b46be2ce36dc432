package io.macpool.operator.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.operator.queue.QueueDepth.Depth;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueuePollerTest {

  private final CountDownLatch slow = new CountDownLatch(1);
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

  private final Map<String, Integer> reads = new ConcurrentHashMap<>();

  private final QueueDepth source =
      new QueueDepth() {
        @Override
        public Depth read(String queue) throws IOException {
          reads.merge(queue, 1, Integer::sum);
          if (queue.equals("missing")) {
            throw new IOException("there is none");
          }
          if (queue.equals("slow")) {
            try {
              slow.await();
            } catch (InterruptedException e) {
              throw new IOException("interrupted", e);
            }
          }
          return new Depth(5, OptionalLong.of(0));
        }

        @Override
        public void close() {}
      };

  private final QueuePoller poller =
      new QueuePoller(
          Optional.of(source), Duration.ofMillis(5), Duration.ofSeconds(15), clock, queue -> {});

  @AfterEach
  void stop() {
    slow.countDown();
    poller.close();
  }

  @Test
  void aSlowQueueDelaysItselfAlone() {
    poller.depth("slow");
    poller.depth("quick");
    await().atMost(Duration.ofSeconds(10)).until(() -> poller.depth("quick").isKnown());
    assertThat(poller.depth("slow").isKnown()).isFalse();
  }

  @Test
  void theFirstLookWaitsForTheAnswerButNotForLong() {
    assertThat(poller.depth("quick").isKnown()).isTrue();
    long began = System.nanoTime();
    assertThat(poller.depth("slow").isKnown()).isFalse();
    assertThat(poller.depth("slow").isKnown()).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void queuesBehindASlowOneAreReadByAnother() {
    poller.depth("slow");
    List<String> others = IntStream.range(0, 20).mapToObj(i -> "quick-" + i).toList();
    others.forEach(poller::depth);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> others.stream().allMatch(queue -> reads.getOrDefault(queue, 0) > 3));
    assertThat(reads).containsEntry("slow", 1);
  }

  @Test
  void aQueueThatCannotBeReadIsAskedForMoreSeldom() {
    poller.depth("missing");
    poller.depth("quick");
    await().atMost(Duration.ofSeconds(10)).until(() -> reads.getOrDefault("quick", 0) > 30);
    assertThat(reads.get("missing")).isLessThan(15);
    assertThat(poller.depth("missing").isKnown()).isFalse();
  }

  @Test
  void manyQueuesAreNotReadTooOften() {
    long began = System.nanoTime();
    List<String> queues = IntStream.range(0, 100).mapToObj(i -> "quick-" + i).toList();
    queues.forEach(poller::depth);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> queues.stream().allMatch(queue -> reads.getOrDefault(queue, 0) > 4));
    double seconds = (System.nanoTime() - began) / 1e9;
    int all = reads.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(all).isLessThan((int) (100 + 100 + 550 * seconds));
  }

  @Test
  void someAreAskedAtOnceWhereThatCostsNoThread() {
    Map<String, CompletableFuture<QueueDepth.Answer>> asked = new ConcurrentHashMap<>();
    QueueDepth remote =
        new QueueDepth() {
          @Override
          public Depth read(String queue) {
            throw new IllegalStateException("it is asked");
          }

          @Override
          public CompletableFuture<Answer> ask(String queue) {
            return asked.computeIfAbsent(queue, name -> new CompletableFuture<>());
          }

          @Override
          public void close() {}
        };
    try (QueuePoller polling =
        new QueuePoller(
            Optional.of(remote),
            Duration.ofMillis(5),
            Duration.ofSeconds(15),
            clock,
            queue -> {})) {
      polling.depth("silent");
      polling.depth("late");
      polling.depth("prompt");
      await().atMost(Duration.ofSeconds(10)).until(() -> asked.size() == 3);
      asked.get("prompt").complete(() -> new Depth(7, OptionalLong.empty()));
      await().atMost(Duration.ofSeconds(10)).until(() -> polling.depth("prompt").isKnown());
      assertThat(polling.depth("late").isKnown()).isFalse();
    }
  }

  @Test
  void aDepthThatIsNotReadAgainIsUnknownAfterAWhile() {
    slow.countDown();
    poller.depth("slow");
    await().atMost(Duration.ofSeconds(10)).until(() -> poller.depth("slow").isKnown());
    poller.keepOnly(java.util.Set.of("slow"));
    poller.close();
    now = now.plusSeconds(15);
    assertThat(poller.depth("slow").isKnown()).isTrue();
    now = now.plusMillis(1);
    assertThat(poller.depth("slow").isKnown()).as("nobody reads any more").isFalse();
    assertThat(poller.depths().get("slow").isKnown()).isFalse();
  }
}
