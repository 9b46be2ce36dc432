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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueuePollerTest {

  private final CountDownLatch slow = new CountDownLatch(1);
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

  private final QueueDepth source =
      new QueueDepth() {
        @Override
        public Depth read(String queue) throws IOException {
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
