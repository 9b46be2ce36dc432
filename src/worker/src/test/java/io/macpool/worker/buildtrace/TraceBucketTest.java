package io.macpool.worker.buildtrace;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.service.setting.Secret;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TraceBucketTest {

  @RegisterExtension
  static final WireMockExtension store =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  @Test
  void putsAPrivateObjectNamedByPrefixAndJob() {
    store.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(200)));
    assertThat(keep()).succeedsWithin(Duration.ofSeconds(10));
    store.verify(
        putRequestedFor(urlEqualTo("/traces/of%20jobs/17"))
            .withRequestBody(equalTo("what happened"))
            .withHeader("x-amz-acl", equalTo("private"))
            .withHeader("x-amz-server-side-encryption", equalTo("AES256"))
            .withHeader("x-amz-security-token", equalTo("for an hour"))
            .withHeader("x-amz-date", equalTo("20261121T113000Z"))
            .withHeader(
                "authorization",
                matching("AWS4-HMAC-SHA256 Credential=id/20261121/eu-west-1/s3/aws4_request,.*")));
  }

  @Test
  void aRefusalSaysWhatTheStoreSaid() {
    store.stubFor(
        any(anyUrl())
            .willReturn(aResponse().withStatus(403).withBody("<Code>AccessDenied</Code>\n")));
    assertThat(keep())
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withMessageContaining("answered 403")
        .withMessageContaining("AccessDenied")
        .withMessageNotContaining("secret");
  }

  @Test
  void withoutAnEndpointItIsAmazons() {
    assertThat(TraceBucket.place(Optional.empty(), "traces", "eu-west-1", "p/"))
        .isEqualTo(URI.create("https://traces.s3.eu-west-1.amazonaws.com/p/"));
  }

  private static CompletableFuture<Void> keep() {
    RequestSignature signature =
        new RequestSignature(
            new Secret("id"), new Secret("secret"), Optional.of("for an hour"), "eu-west-1");
    URI place =
        TraceBucket.place(
            Optional.of(URI.create(store.baseUrl())), "traces", "eu-west-1", "of jobs/");
    Clock clock = Clock.fixed(Instant.parse("2026-11-21T11:30:00Z"), ZoneOffset.UTC);
    return new TraceBucket(place, signature, clock, Runnable::run)
        .keep(17, "what happened".getBytes(UTF_8));
  }
}
