package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.macpool.service.setting.Secret;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue.Take;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A message that a worker gives back without having run it: whoever has it next need not wait for a
 * runner to come back. The lease is an hour here, so a test that waits for one fails.
 */
class GivenBackIT {

  private static final Duration LEASE = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ROUNDS = 40;

  private final String queue = "builds.given-back." + UUID.randomUUID();
  private final ExecutorService blocking = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

  /** Closed from the last to the first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private String uri;
  private Channel scheduling;

  /** The address of a job broker. */
  String broker() {
    AmqpSimulator simulated = AmqpSimulator.start();
    open.push(simulated);
    return simulated.uri().toString();
  }

  @BeforeEach
  void openQueue() throws Exception {
    uri = broker();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(uri);
    Connection connection = factory.newConnection();
    open.push(connection);
    scheduling = connection.createChannel();
    scheduling.queueDeclare(queue, true, false, false, null);
    open.push(() -> scheduling.queueDelete(queue));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    scheduler.shutdownNow();
    blocking.shutdownNow();
    assertThat(blocking.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private AmqpJobQueue worker(String name) {
    AmqpEndpoint endpoint =
        new AmqpEndpoint(
            new Secret(uri),
            Optional.empty(),
            Optional.empty(),
            "none",
            false,
            Duration.ofSeconds(10));
    AmqpConnection connection = new AmqpConnection(name, endpoint, 4, scheduler);
    open.push(connection);
    AmqpThreads threads = new AmqpThreads(blocking, scheduler);
    AmqpReports reports = new AmqpReports(connection, 1, report -> {}, threads);
    open.push(reports);
    AmqpJobQueue jobs = new AmqpJobQueue(connection, reports, queue, 0, LEASE, threads);
    connection.start();
    return jobs;
  }

  private void publish(String body) throws Exception {
    scheduling.basicPublish(
        "",
        queue,
        MessageProperties.PERSISTENT_BASIC.builder().messageId(body).build(),
        body.getBytes(StandardCharsets.UTF_8));
  }

  private static String body(Delivery delivery) {
    return new String(delivery.body(), StandardCharsets.UTF_8);
  }

  private static Delivery arrived(Take take) throws Exception {
    return take.delivery().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).orElseThrow();
  }

  @Test
  void anotherWorkerHasItAtOnce() throws Exception {
    AmqpJobQueue first = worker("first");
    AmqpJobQueue second = worker("second");
    publish("job");
    Delivery had = arrived(first.take());
    Take waiting = second.take();
    had.giveBack();
    Delivery again = arrived(waiting);
    assertThat(again.isRedelivered()).isTrue();
    again.giveBack();
    Delivery third = arrived(first.take());
    assertThat(third.ack().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  /** It was given back once, then run by one that is gone: the mark speaks for the former alone. */
  @Test
  void whatWasRunSinceIsWaitedFor() throws Exception {
    publish("job");
    arrived(worker("first").take()).giveBack();
    AmqpConnection connection = (AmqpConnection) lastOpened(AmqpConnection.class);
    arrived(worker("second").take());
    AmqpConnection running = (AmqpConnection) lastOpened(AmqpConnection.class);
    assertThat(running).isNotSameAs(connection);
    AmqpJobQueue third = worker("third");
    Take waiting = third.take();
    running.close();
    await().atMost(PATIENCE).until(() -> third.held() == 1);
    await()
        .during(Duration.ofSeconds(1))
        .atMost(PATIENCE)
        .until(() -> third.held() == 1 && !waiting.delivery().isDone());
  }

  private AutoCloseable lastOpened(Class<?> kind) {
    return open.stream().filter(kind::isInstance).findFirst().orElseThrow();
  }

  /**
   * A wait is cancelled in the moment in which its message comes; somebody else waits on. None is
   * held until a lease is over, whoever is quicker.
   */
  @Test
  void aWaitThatEndsAsItsMessageComesKeepsItFromNobody() throws Exception {
    AmqpJobQueue first = worker("first");
    AmqpJobQueue second = worker("second");
    Set<String> published = new HashSet<>();
    Set<String> run = new HashSet<>();
    for (int i = 0; i < ROUNDS; i++) {
      List<Take> leaving = new ArrayList<>();
      for (int j = 0; j < 3; j++) {
        leaving.add(first.take());
      }
      await()
          .pollInterval(Duration.ofMillis(10))
          .atMost(PATIENCE)
          .until(() -> scheduling.consumerCount(queue) == 3);
      String job = "job-" + i;
      published.add(job);
      publish(job);
      leaving.forEach(Take::cancel);
      List<Take> all = new ArrayList<>(leaving);
      all.add(second.take());
      Delivery delivery =
          await()
              .pollInterval(Duration.ofMillis(10))
              .atMost(PATIENCE)
              .until(
                  () ->
                      all.stream()
                          .filter(take -> take.delivery().isDone())
                          .flatMap(take -> take.delivery().join().stream())
                          .findFirst(),
                  Optional::isPresent)
              .orElseThrow();
      run.add(body(delivery));
      assertThat(delivery.ack().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      all.forEach(Take::cancel);
      await()
          .pollInterval(Duration.ofMillis(10))
          .atMost(PATIENCE)
          .until(() -> scheduling.consumerCount(queue) == 0);
    }
    assertThat(run).isEqualTo(published);
    assertThat(first.held() + second.held()).as("held for runners that there are not").isZero();
  }
}
