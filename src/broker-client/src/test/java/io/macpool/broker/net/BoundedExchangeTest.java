package io.macpool.broker.net;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class BoundedExchangeTest {

  @RegisterExtension
  static final WireMockExtension peer =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private final HttpClient http = HttpClient.newHttpClient();

  private byte[] ask(ResponseDefinitionBuilder answer, Duration limit) throws Exception {
    peer.stubFor(any(anyUrl()).willReturn(answer));
    HttpRequest request = HttpRequest.newBuilder(URI.create(peer.baseUrl())).timeout(limit).build();
    return BoundedExchange.await(http, request, 10).body();
  }

  @Test
  void anAnswerOfTheFullLengthIsTaken() throws Exception {
    assertThat(ask(aResponse().withBody("0123456789"), Duration.ofSeconds(15))).hasSize(10);
  }

  @Test
  void oneByteMoreIsNot() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> ask(aResponse().withBody("0123456789a"), Duration.ofSeconds(15)))
        .withMessage("the answer is longer than 10 bytes");
  }

  @Test
  void aBodyThatTricklesIsLateThoughItsHeadersWereNot() {
    assertThatExceptionOfType(HttpTimeoutException.class)
        .isThrownBy(
            () ->
                ask(
                    aResponse().withBody("0123456789").withChunkedDribbleDelay(5, 60_000),
                    Duration.ofMillis(300)))
        .withMessage("no whole answer within 300ms");
  }

  @Test
  void headersThatDoNotComeAreLateToo() {
    assertThatExceptionOfType(HttpTimeoutException.class)
        .isThrownBy(() -> ask(aResponse().withFixedDelay(60_000), Duration.ofMillis(300)));
  }

  @Test
  void aLostConnectionIsAnIoException() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                ask(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), Duration.ofSeconds(15)));
  }

  @Test
  void aRequestWithoutATimeOutIsRefused() {
    HttpRequest endless = HttpRequest.newBuilder(URI.create(peer.baseUrl())).build();
    assertThatIllegalArgumentException().isThrownBy(() -> BoundedExchange.send(http, endless, 10));
  }
}
