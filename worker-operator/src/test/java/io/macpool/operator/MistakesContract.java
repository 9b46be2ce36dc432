package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.WorkerClusterContract.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.Promtool;
import io.macpool.sim.peer.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Whatever people do by mistake, condition, event, log and metric say so: docs/mistakes.md. */
abstract class MistakesContract {

  /** The rules as the chart renders them. */
  private static final Path RULES =
      Path.of(
          "..",
          "src/gitops/src/test/resources/io/macpool/gitops/charts/golden/worker-operator-full.yaml");

  /** Prometheus, if it is here: it judges which alerts fire. */
  static Optional<Promtool> prometheus;

  private static AmqpSimulator amqp;
  static JobPublisher publisher;

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> log =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          logged.add(event.getFormattedMessage());
        }
      };
  OperatorBench bench;

  @BeforeAll
  static void rules(@TempDir Path folder) throws IOException {
    String rendered = Files.readString(RULES);
    prometheus = Peer.PROMTOOL.location().map(program -> new Promtool(program, rendered, folder));
  }

  @BeforeAll
  static void queue() {
    amqp = AmqpSimulator.start();
    publisher = JobPublisher.connect(amqp.uri());
    publisher.declareQueue("q");
    publisher.publish("q", Collections.nCopies(5, "{}"));
  }

  @AfterAll
  static void stopQueue() {
    publisher.close();
    amqp.close();
  }

  @BeforeEach
  void start() {
    log.start();
    root().addAppender(log);
    ours().setLevel(Level.INFO);
    bench =
        bench(
                "--rabbitmq-management-uri",
                amqp.managementUrl().toString(),
                "--queue-poll-interval",
                "200ms",
                "--queue-depth-tolerance",
                "1s",
                "--capacity-poll-interval",
                "500ms")
            .start();
  }

  /** An API with nothing in it. */
  abstract OperatorBench bench(String... flags);

  @AfterEach
  void stop() {
    root().detachAppender(log);
    ours().setLevel(null);
    bench.close();
  }

  private static Logger ours() {
    return (Logger) LoggerFactory.getLogger("io.macpool.operator");
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  static List<Mistake> mistakes() {
    return Mistake.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void isToldEverywhere(Mistake mistake) throws IOException, InterruptedException {
    bench.apply(
        cluster("wc", 2, 1, "")
            .replace("value: wc}]", "value: wc}, {name: TRAVIS_WORKER_QUEUE_NAME, value: q}]"));
    patiently(() -> assertThat(bench.workers.alive("wc")).isEqualTo(2));
    patiently(
        () ->
            assertThat(condition(bench.status("wc"), "Ready")).isEqualTo("True PoolSizesAssigned"));
    Scrape before = scrape();
    mistake.deed().accept(bench);
    String[] told = mistake.condition().split(" ", 2);
    patiently(
        () -> assertThat(condition(bench.status(mistake.cluster()), told[0])).isEqualTo(told[1]));
    patiently(() -> assertThat(bench.events(mistake.cluster())).contains(mistake.event()));
    patiently(() -> assertThat(logged).anyMatch(line -> line.contains(mistake.log())));
    String metric = mistake.metric().replace("NS", bench.namespace);
    patiently(() -> assertThat(bench.metrics()).contains(metric));
    prometheus.ifPresent(
        judge ->
            patiently(
                () ->
                    assertThat(judge.complaint(scrape().lastingSince(before), mistake.alerts()))
                        .as("these alerts fire if it lasts, and no other")
                        .isEmpty()));
  }

  Scrape scrape() throws IOException, InterruptedException {
    return Scrape.of(bench.metrics(), "worker-operator-com");
  }

  static void patiently(ThrowingRunnable assertion) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsMatching(e -> e instanceof NullPointerException)
        .untilAsserted(assertion);
  }
}
