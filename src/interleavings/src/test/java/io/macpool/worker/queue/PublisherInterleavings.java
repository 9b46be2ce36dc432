package io.macpool.worker.queue;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import io.macpool.interleavings.Timers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Messages are published while the broker refuses one and while it closes the channel: each is
 * confirmed at last, and they come to the broker in their order, some twice.
 */
@Subject(
    value = {AmqpPublisher.class, SupervisedChannel.class},
    planted = Fault.NO_MONITOR)
final class PublisherInterleavings implements Harness {

  private static final BasicProperties PROPERTIES =
      new BasicProperties.Builder().timestamp(Date.from(Instant.EPOCH)).build();

  private final Spawner threads = new Spawner();
  private final FakeAmqp broker = new FakeAmqp(threads);
  private final Timers timers = new Timers(100);

  @Override
  public void run() throws Exception {
    AmqpConnection connection = RunLocksInterleavings.connected(broker, timers);
    AmqpPublisher publisher =
        new AmqpPublisher("test", connection, open -> {}, false, new AmqpThreads(threads, timers));
    together(() -> publish(publisher), this::refuse, this::lose);
    publisher.close();
    threads.awaitAll();
    timers.end();
    connection.close();
    check(
        List.copyOf(new LinkedHashSet<>(broker.published())).equals(List.of("1", "2")),
        "out of order: " + broker.published());
    check(broker.open().isEmpty(), "a channel was left behind");
  }

  private void publish(AmqpPublisher publisher) {
    CompletableFuture<Void> first = publish(publisher, "1");
    CompletableFuture<Void> second = publish(publisher, "2");
    first.join();
    second.join();
  }

  private static CompletableFuture<Void> publish(AmqpPublisher publisher, String text) {
    return publisher.publish("", "queue", PROPERTIES, text.getBytes(StandardCharsets.UTF_8));
  }

  private void refuse() throws Exception {
    FakeAmqp.FakeChannel last = broker.last();
    if (last != null) {
      last.refuse();
    }
  }

  private void lose() {
    FakeAmqp.FakeChannel last = broker.last();
    if (last != null) {
      last.end(false);
    }
  }
}
