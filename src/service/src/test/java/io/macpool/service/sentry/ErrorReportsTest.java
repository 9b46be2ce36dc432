package io.macpool.service.sentry;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.macpool.service.BuildInfo;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class ErrorReportsTest {

  private static final SettingsSpec SPEC =
      new SettingsSpec(
          "thing",
          "does something",
          "THING_",
          List.of(
              Setting.secret("TOKENS", "tokens"),
              Setting.secret("URL", "a URL"),
              ErrorReports.DSN,
              ErrorReports.ENVIRONMENT));

  private static final BuildInfo BUILD = BuildInfo.of("thing", ErrorReportsTest.class);
  private static final String ENCODED = URLEncoder.encode("p@ssw0rd", StandardCharsets.UTF_8);
  private static final Logger log = LoggerFactory.getLogger(ErrorReportsTest.class);

  private final WireMockServer sentry =
      new WireMockServer(WireMockConfiguration.options().dynamicPort());

  @BeforeEach
  void start() {
    sentry.start();
    sentry.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(200).withBody("{}")));
  }

  @AfterEach
  void stop() {
    sentry.stop();
  }

  private Settings settings() {
    return SPEC.read(
        List.of(
            "--tokens=ci=hunter2,other=swordfish",
            "--url=https://admin:" + ENCODED + "@vcenter/sdk",
            "--sentry-environment=staging",
            "--sentry-dsn=http://publickey@localhost:" + sentry.port() + "/42"),
        Map.of());
  }

  private List<String> received() {
    return sentry
        .findAll(com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor(anyUrl()))
        .stream()
        .map(ErrorReportsTest::text)
        .toList();
  }

  private static String text(LoggedRequest request) {
    byte[] body = request.getBody();
    try {
      return body.length > 1 && body[0] == 0x1f && (body[1] & 0xff) == 0x8b
          ? new String(
              new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes(),
              StandardCharsets.UTF_8)
          : new String(body, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anErrorArrivesWithItsPlaceAndWithoutSecrets() {
    ErrorReports reports = ErrorReports.start(settings(), BUILD).orElseThrow();
    MDC.put("instance", "abc-hunter2");
    try {
      log.warn("only a warning");
      log.error(
          "login as {} failed, swordfish",
          "hunter2",
          new IllegalStateException("https://admin:" + ENCODED + "@vcenter refused p@ssw0rd"));
    } finally {
      MDC.remove("instance");
      reports.close();
    }
    assertThat(received())
        .singleElement()
        .satisfies(
            event ->
                assertThat(event)
                    .contains("login as [redacted] failed, [redacted]")
                    .contains("IllegalStateException", "ErrorReportsTest", "staging", "thing@")
                    .contains("https://[redacted]@vcenter refused [redacted]", "abc-[redacted]")
                    .doesNotContain("hunter2", "swordfish", ENCODED, "p@ssw0rd")
                    .doesNotContain("only a warning"));
    log.error("after the end nothing is reported");
    assertThat(received()).hasSize(1);
  }

  @Test
  void withoutADsnNothingIsReported() {
    assertThat(ErrorReports.start(SPEC.read(List.of(), Map.of()), BUILD)).isEmpty();
  }

  @Test
  void aMalformedDsnIsRefusedWithoutBeingRepeated() {
    for (String wrong : List.of("hunter2", "https://sentry.example/42", "ftp://hunter2@x/1", "%")) {
      Settings settings = SPEC.read(List.of("--sentry-dsn=" + wrong), Map.of());
      assertThatThrownBy(() -> ErrorReports.start(settings, BUILD))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("SENTRY_DSN")
          .hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void whatLooksLikeASecretIsMaskedThoughNobodySetIt() {
    SecretMask mask = new SecretMask(List.of());
    assertThat(mask.mask("amqp://guest:guest@rabbit/vhost"))
        .isEqualTo("amqp://[redacted]@rabbit/vhost");
    assertThat(mask.mask("Authorization: token abc123"))
        .isEqualTo("Authorization: token [redacted]");
    assertThat(mask.mask("password=x y")).isEqualTo("password=[redacted] y");
    assertThat(mask.mask("nothing here")).isEqualTo("nothing here");
    assertThat(mask.mask(null)).isNull();
  }
}
