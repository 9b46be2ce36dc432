package io.macpool.operator.control;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.core.Observed;
import io.macpool.core.pool.PoolSize;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a peer does, a question ends in time, as unknown and never as 0, and says what was asked
 * of whom and what to do.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RemoteControlIT {

  @RegisterExtension
  static final WireMockExtension peer =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private static final Duration TIMEOUT = Duration.ofMillis(500);

  private static final String UNTOLD = "no answer yet";

  private final RemoteControl control = new RemoteControl(TIMEOUT);
  private final WorkerRounds rounds = new WorkerRounds(control, Clock.systemUTC());

  @AfterEach
  void close() {
    control.close();
  }

  @Test
  void aWorkerIsAskedAndTold() {
    answers(report("{\"poolSize\":3,\"expectedPoolSize\":2,\"totalProcessed\":7}"));
    assertThat(told()).isEqualTo(new WorkerReport(new PoolSize(3, 2), 0, 7, false));
    answers(aResponse().withStatus(204));
    assertThat(rounds.tell(worker(), Map.of("pod", 4))).isEmpty();
  }

  static Stream<Arguments> badAnswers() {
    return Stream.of(
        arguments(aResponse().withStatus(401), "answered 401: the worker has another credential"),
        arguments(aResponse().withStatus(403), "answered 403: the worker has another credential"),
        arguments(aResponse().withStatus(404), "answered 404: is it a worker"),
        arguments(aResponse().withStatus(500), "answered 500: see the worker's log"),
        arguments(
            aResponse().withStatus(302).withHeader("Location", "/other"),
            "answered 302: redirects are not followed"),
        arguments(aResponse().withFixedDelay(60_000), "no whole answer within 500ms"),
        arguments(
            report("{\"poolSize\":1}").withChunkedDribbleDelay(10, 60_000),
            "no whole answer within 500ms"),
        arguments(report("x".repeat((1 << 20) + 1)), "longer than 1048576 bytes"),
        arguments(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), "the connection broke"),
        arguments(aResponse().withFault(Fault.EMPTY_RESPONSE), "the connection broke"),
        arguments(aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE), "the connection broke"),
        arguments(aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK), "the connection broke"),
        arguments(report("{\"poolSize\":1}").withHeader("Content-Length", "1000"), "GET http"),
        arguments(report("<html>a proxy</html>"), "the answer is no JSON"),
        arguments(report("{\"poolSize\":1,\"expec"), "the answer is no JSON"),
        arguments(report("[".repeat(100_000)), "the answer is no JSON"),
        arguments(report(""), "poolSize is no number of processors"),
        arguments(report("null"), "poolSize is no number of processors"),
        arguments(report("[1]"), "poolSize is no number of processors"),
        arguments(report("{}"), "poolSize is no number of processors"),
        arguments(report("{\"poolSize\":\"1\"}"), "poolSize is no number of processors"),
        arguments(report("{\"poolSize\":null}"), "poolSize is no number of processors"),
        arguments(report("{\"poolSize\":1.5}"), "poolSize is no number of processors"),
        arguments(report("{\"poolSize\":-1}"), "poolSize is no number of processors"),
        arguments(report("{\"poolSize\":2147483647}"), "poolSize is no number of processors"),
        arguments(report("{\"poolSize\":99999999999999}"), "poolSize is no number of processors"),
        arguments(
            report("{\"poolSize\":1,\"expectedPoolSize\":[]}"),
            "expectedPoolSize is no number of processors"));
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @MethodSource("badAnswers")
  void aBadAnswerLeavesAWorkerUnknownInTimeAndSaysWhatToDo(
      ResponseDefinitionBuilder bad, String why) {
    answers(report("{\"poolSize\":3}"));
    assertThat(told().size()).isEqualTo(new PoolSize(3, 3));
    answers(bad);
    staysUnknown(worker(), why);
    assertThat(rounds.last("pod").orElseThrow().size())
        .as("counts on")
        .isEqualTo(new PoolSize(3, 3));
    answers(report("{\"poolSize\":2}"));
    assertThat(told().size()).isEqualTo(new PoolSize(2, 2));
  }

  @Test
  void nobodyListens() throws IOException {
    int port;
    try (ServerSocket once = new ServerSocket(0)) {
      port = once.getLocalPort();
    }
    staysUnknown(workerAt(port), "connection refused: does the worker run");
  }

  @Test
  void nobodyTakesTheConnection() throws IOException {
    // A backlog that is full lets further connections wait for ever.
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 3; i++) {
        Socket socket = new Socket();
        waiting.add(socket);
        try {
          socket.connect(deaf.getLocalSocketAddress(), 100);
        } catch (java.net.SocketTimeoutException full) {
          break;
        }
      }
      staysUnknown(workerAt(deaf.getLocalPort()), "within 500ms: ");
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void processorsThatRunAreNeverMoreThanThereAre() {
    String busy = "{\"status\":\"processing\"}";
    answers(report("{\"poolSize\":1,\"processors\":[" + busy + "," + busy + "]}"));
    assertThat(told().running()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 400, 401, 404, 500})
  void asTellingGoesAnswersOtherThanDoneAreFailures(int status) {
    answers(report("{\"poolSize\":3}"));
    assertThat(told().size()).isEqualTo(new PoolSize(3, 3));
    answers(aResponse().withStatus(status));
    assertThat(rounds.tell(worker(), Map.of("pod", 4)).get("pod"))
        .startsWith("PATCH http://")
        .contains("answered " + status);
  }

  @Test
  void aCallThatMayYetTakeEffectMakesTheWorkerUnknown() {
    answers(report("{\"poolSize\":3}"));
    assertThat(told().size()).isEqualTo(new PoolSize(3, 3));
    answers(aResponse().withFixedDelay(60_000));
    assertThat(rounds.tell(worker(), Map.of("pod", 4)).get("pod")).contains("no whole answer");
    answers(report("{\"poolSize\":3}"));
    assertThat(rounds.ask(worker()).get("pod").isKnown())
        .as("the call may arrive after this answer")
        .isFalse();
  }

  /** A second question waits only briefly for one that was silent. */
  private void staysUnknown(Map<String, WorkerEndpoint> worker, String why) {
    long before = System.nanoTime();
    Observed<WorkerReport> seen = rounds.ask(worker).get("pod");
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    assertThat(took).isLessThan(TIMEOUT.multipliedBy(4));
    assertThat(seen.isKnown()).isFalse();
    // The round's deadline and the call's are the same: the call's own words come one round later.
    String cause =
        await()
            .atMost(TIMEOUT.multipliedBy(4))
            .pollInterval(Duration.ofMillis(10))
            .until(() -> causeOf(rounds.ask(worker).get("pod")), text -> !text.equals(UNTOLD));
    assertThat(cause)
        .startsWith("GET http://127.0.0.1:" + worker.get("pod").uri().getPort() + "/worker")
        .contains(why)
        .doesNotContain("s3cret");
  }

  private static String causeOf(Observed<WorkerReport> seen) {
    return seen.match(known -> "known", unknown -> unknown.cause());
  }

  private static ResponseDefinitionBuilder report(String body) {
    return aResponse().withBody(body);
  }

  private static void answers(ResponseDefinitionBuilder answer) {
    peer.stubFor(any(anyUrl()).willReturn(answer));
  }

  /** The answer of a worker that answers well, however slow this machine is. */
  private WorkerReport told() {
    return await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> rounds.ask(worker()).get("pod").toOptional(), Optional::isPresent)
        .orElseThrow();
  }

  private static Map<String, WorkerEndpoint> worker() {
    return workerAt(peer.getPort());
  }

  private static Map<String, WorkerEndpoint> workerAt(int port) {
    return Map.of(
        "pod",
        new WorkerEndpoint(URI.create("http://127.0.0.1:" + port), new Secret("worker:s3cret")));
  }
}
