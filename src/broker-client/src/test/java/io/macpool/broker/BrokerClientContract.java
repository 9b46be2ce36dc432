package io.macpool.broker;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.macpool.broker.BrokerException.Reason;
import io.macpool.broker.net.Retries;
import io.macpool.broker.net.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client does, however it asks. */
abstract class BrokerClientContract {

  private static final String ONE =
      """
      {"data":[{"type":"instances","id":"vm-1","ip-addresses":["fe80::1","10.0.0.7"],
      "state":"powered-on","created_at":"2026-11-21T10:00:00Z","age":"1m2.5s"}]}\
      """;

  @RegisterExtension
  static final WireMockExtension broker =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
  private BrokerClient client;

  @BeforeEach
  void connect() {
    BrokerEndpoint endpoint =
        BrokerEndpoint.parse("http://s3cret@127.0.0.1:" + broker.getPort() + "/");
    RetryPolicy quick =
        new RetryPolicy(Duration.ofSeconds(2), Duration.ofMillis(5), Duration.ofMillis(20));
    client = client(endpoint, quick, threads);
  }

  abstract BrokerClient client(
      BrokerEndpoint endpoint, RetryPolicy policy, ScheduledExecutorService threads);

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void callsForAJobBearItsTrace() {
    broker.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(201).withBody(ONE)));
    String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    client.tracedBy(parent).create(NewInstance.of("xcode", 4, null), "key-1").join();
    client.create(NewInstance.of("xcode", 4, null), "key-2").join();

    broker.verify(
        postRequestedFor(anyUrl())
            .withHeader("Idempotency-Key", equalTo("key-1"))
            .withHeader("traceparent", equalTo(parent)));
    broker.verify(
        postRequestedFor(anyUrl())
            .withHeader("Idempotency-Key", equalTo("key-2"))
            .withoutHeader("traceparent"));
  }

  @ParameterizedTest
  @CsvSource({"200, true", "404, false", "405, false"})
  void renewsALeaseAndTellsWhetherTheBrokerKnowsAny(int status, boolean known) {
    broker.stubFor(
        put("/leases/w-1")
            .withRequestBody(equalToJson("{\"data\":{\"type\":\"leases\",\"duration\":\"30s\"}}"))
            .willReturn(aResponse().withStatus(status).withBody("{\"data\":[]}")));

    assertThat(client.renew("w-1", Duration.ofSeconds(30)).join()).isEqualTo(known);
  }

  @ParameterizedTest
  @CsvSource({"204, true", "404, false", "405, false"})
  void givesALeaseUpAndTellsWhetherTheBrokerKnowsAny(int status, boolean known) {
    broker.stubFor(delete("/leases/w-1").willReturn(aResponse().withStatus(status)));

    assertThat(client.endLease("w-1").join()).isEqualTo(known);
  }

  @Test
  void createsUnderALease() {
    broker.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(201).withBody(ONE)));
    client.leasedBy("w-1").create(NewInstance.of("xcode", 4, null), "key-1").join();

    broker.verify(postRequestedFor(anyUrl()).withHeader("Macpool-Lease", equalTo("w-1")));
  }

  @Test
  void createsAnInstanceAsTheContractSays() {
    broker.stubFor(post("/instances").willReturn(aResponse().withStatus(201).withBody(ONE)));
    Instance made = client.create(NewInstance.of("xcode", 4, null), "key-1").join();
    assertThat(made.id()).isEqualTo("vm-1");
    assertThat(made.ipv4()).contains("10.0.0.7");
    broker.verify(
        postRequestedFor(urlEqualTo("/instances"))
            .withHeader("Authorization", equalTo("token s3cret"))
            .withHeader("Idempotency-Key", equalTo("key-1"))
            .withHeader("X-Request-ID", matching("[0-9a-f-]{36}"))
            .withRequestBody(
                equalToJson(
                    "{\"data\":{\"type\":\"instances\",\"base-image\":\"xcode\",\"cpus\":4}}")));
  }

  @Test
  void triesAgainUntilThereIsAnAnswer() {
    broker.stubFor(
        post("/instances")
            .inScenario("cut")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))
            .willSetStateTo("up"));
    broker.stubFor(
        post("/instances")
            .inScenario("cut")
            .whenScenarioStateIs("up")
            .willReturn(aResponse().withStatus(201).withBody(ONE)));
    assertThat(client.create(NewInstance.of("xcode", null, null), "k").join().id())
        .isEqualTo("vm-1");
  }

  @ParameterizedTest
  @CsvSource({"503, 17, 17", "429, 3, 3", "503, 100000, 120", "503, soon, 5"})
  void aFullPoolSaysWhenToAskAgain(int status, String header, int seconds) {
    broker.stubFor(
        post("/instances")
            .willReturn(aResponse().withStatus(status).withHeader("Retry-After", header)));
    BrokerException full = failure(client.create(NewInstance.of("xcode", null, null), "k"));
    assertThat(full.reason()).isEqualTo(Reason.FULL);
    assertThat(full.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
    broker.verify(1, postRequestedFor(urlEqualTo("/instances")));
  }

  @ParameterizedTest
  @CsvSource({
    "500, FAILED",
    "503, FAILED",
    "422, REFUSED",
    "401, UNAUTHORIZED",
    "404, UNKNOWN_IMAGE"
  })
  void aRefusalSaysWhatTheBrokerSaid(int status, Reason reason) {
    broker.stubFor(
        post("/instances")
            .willReturn(
                aResponse()
                    .withStatus(status)
                    .withBody(
                        "{\"errors\":[{\"code\":\"unknown-image\",\"title\":\"no image"
                            + " xcode\"}]}")));
    BrokerException refused = failure(client.create(NewInstance.of("xcode", null, null), "k"));
    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(refused).hasMessageContaining("no image xcode").hasMessageContaining("" + status);
    assertThat(refused.toString()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"data\":[]}", "{\"data\":null}", "{}", "null", "<html>", ""})
  void anAnswerThatIsNoInstanceIsARefusal(String body) {
    broker.stubFor(post("/instances").willReturn(aResponse().withStatus(201).withBody(body)));
    BrokerException refused = failure(client.create(NewInstance.of("xcode", null, null), "k"));
    assertThat(refused.reason()).isEqualTo(Reason.REFUSED);
  }

  @Test
  void anInstanceThatIsGoneIsNothingAndItsDestructionIsDone() {
    broker.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(404)));
    assertThat(client.find("gone").join()).isEmpty();
    assertThat(client.delete("gone")).succeedsWithin(Duration.ofSeconds(5));
  }

  @Test
  void aDestructionIsTriedAgainWhenTheBrokerFails() {
    broker.stubFor(
        delete("/instances/a%20b")
            .inScenario("d")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(500))
            .willSetStateTo("better"));
    broker.stubFor(
        delete("/instances/a%20b")
            .inScenario("d")
            .whenScenarioStateIs("better")
            .willReturn(aResponse().withStatus(204)));
    assertThat(client.delete("a b")).succeedsWithin(Duration.ofSeconds(5));
    broker.verify(2, WireMock.deleteRequestedFor(anyUrl()));
  }

  @Test
  void aBrokerWithoutCapacityIsNothing() {
    broker.stubFor(get("/capacity").willReturn(aResponse().withStatus(404)));
    assertThat(client.capacity().join()).isEqualTo(Optional.empty());
  }

  @Test
  void aBodyThatTricklesIsLateThoughItsHeadersWereNot() {
    broker.stubFor(
        get("/capacity").willReturn(aResponse().withBody(ONE).withChunkedDribbleDelay(5, 60_000)));
    BrokerException late = failure(client.readingWithin(Duration.ofMillis(300)).capacity());
    assertThat(late.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(late).hasMessageEndingWith("time-out");
  }

  @Test
  void headersThatDoNotComeAreLateToo() {
    broker.stubFor(get("/capacity").willReturn(aResponse().withFixedDelay(60_000)));
    BrokerException late = failure(client.readingWithin(Duration.ofMillis(300)).capacity());
    assertThat(late.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(late).hasMessageEndingWith("time-out");
  }

  /** The token is for one broker alone. */
  @Test
  void aRedirectionIsNotFollowed() {
    broker.stubFor(
        get("/capacity").willReturn(aResponse().withStatus(302).withHeader("Location", "/other")));
    assertThat(failure(client.capacity()).reason()).isEqualTo(Reason.REFUSED);
    broker.verify(0, WireMock.getRequestedFor(urlEqualTo("/other")));
  }

  @Test
  void callsGoSideBySide() {
    broker.stubFor(
        any(anyUrl()).willReturn(aResponse().withBody("{\"data\":[]}").withFixedDelay(100)));
    List<CompletableFuture<List<Instance>>> calls = Stream.generate(client::list).limit(8).toList();
    assertThat(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)))
        .succeedsWithin(Duration.ofSeconds(5));
  }

  @Test
  void patienceEnds() {
    broker.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
    BrokerException gone = failure(client.find("vm-1"));
    assertThat(gone.reason()).isEqualTo(Reason.UNREACHABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://to ken@host", "ftp://token@host", "token", "http://"})
  void aMalformedEndpointIsRefusedWithoutShowingIt(String url) {
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> BrokerEndpoint.parse(url)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("ken");
  }

  private static BrokerException failure(CompletableFuture<?> call) {
    Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(call::join);
    return (BrokerException) Retries.cause(thrown);
  }
}
