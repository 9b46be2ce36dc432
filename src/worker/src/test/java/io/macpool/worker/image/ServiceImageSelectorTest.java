package io.macpool.worker.image;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.worker.CalledUrl;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.PayloadException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServiceImageSelectorTest {

  @RegisterExtension
  static final WireMockExtension service =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void asksFromTheMostSpecificToTheDefaultAndTakesTheFirstName() throws PayloadException {
    service.stubFor(
        post("/images")
            .willReturn(aResponse().withBody("{\"data\":[{\"name\":\"xcode12.5-vm\"}]}")));
    assertThat(selector().select(job()).join()).isEqualTo(ImageChoice.of("xcode12.5-vm"));
    service.verify(
        postRequestedFor(urlEqualTo("/images"))
            .withRequestBody(containing("tags=os%3Aosx%2Cosx_image%3Axcode12.5\n"))
            .withRequestBody(containing("is_default=true"))
            .withRequestBody(containing("repo=example%2Fapp")));
  }

  @Test
  void aFailureOfTheServiceIsTriedAgain() throws PayloadException {
    service.stubFor(
        post("/images")
            .inScenario("down")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(500))
            .willSetStateTo("up"));
    service.stubFor(
        post("/images")
            .inScenario("down")
            .whenScenarioStateIs("up")
            .willReturn(aResponse().withBody("{\"data\":[]}")));
    ImageChoice choice = selector().select(job()).join();
    assertThat(choice.name()).isEqualTo("default");
    assertThat(choice.substitution().orElseThrow())
        .as("which was asked for, which was taken, and why")
        .contains("xcode12.5", "knows no image", "\"default\"");
  }

  @Test
  void whateverElseThan200ComesIsAskedForAgain() throws PayloadException {
    service.stubFor(
        post("/images")
            .inScenario("odd")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(404))
            .willSetStateTo("up"));
    service.stubFor(
        post("/images")
            .inScenario("odd")
            .whenScenarioStateIs("up")
            .willReturn(aResponse().withBody("{\"data\":[{\"name\":\"a\"}]}")));
    assertThat(selector().select(job()).join()).isEqualTo(ImageChoice.of("a"));
  }

  /** As Go's client sends what stands in a URL; the JDK's leaves it out. */
  @Test
  void theLoginOfItsUrlIsSent() throws PayloadException {
    service.stubFor(
        post("/images")
            .withBasicAuth("worker", "p@ss")
            .willReturn(aResponse().withBody("{\"data\":[{\"name\":\"a\"}]}")));
    assertThat(selector("worker:p%40ss@").select(job()).join()).isEqualTo(ImageChoice.of("a"));
  }

  private ServiceImageSelector selector() {
    return selector("");
  }

  private ServiceImageSelector selector(String login) {
    RetryPolicy quick =
        new RetryPolicy(Duration.ofSeconds(2), Duration.ofMillis(5), Duration.ofMillis(20));
    CalledUrl url =
        CalledUrl.parse("http://" + login + "127.0.0.1:" + service.getPort() + "/images");
    return new ServiceImageSelector(url, quick, threads, threads);
  }

  private static JobPayload job() throws PayloadException {
    String body =
        "{\"job\":{\"id\":7},\"repository\":{\"slug\":\"example/app\"},"
            + "\"config\":{\"osx_image\":\"xcode12.5\",\"language\":\"swift\",\"os\":\"osx\"}}";
    return JobPayload.parse(
        body.getBytes(UTF_8),
        new JobPayload.Attributes(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }
}
