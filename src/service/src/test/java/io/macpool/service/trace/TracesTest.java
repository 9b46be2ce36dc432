package io.macpool.service.trace;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TracesTest {

  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  @RegisterExtension
  static final WireMockExtension collector =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  private static Traces sending() {
    return Traces.to(Optional.of(URI.create(collector.baseUrl() + "/")), "worker");
  }

  @Test
  void aTraceAndItsPartsAreSentAtTheLatestOnClosing() {
    collector.stubFor(post(anyUrl()).willReturn(ok()));
    try (Traces traces = sending()) {
      Trace job = traces.begin("job", Optional.empty(), AT).with("job", "42");
      job.part("booting", AT, AT.plusSeconds(30));
      job.end(AT.plusSeconds(60), Optional.of("errored"));
    }

    List<String> bodies =
        collector.findAll(postRequestedFor(urlEqualTo("/v1/traces"))).stream()
            .map(request -> new String(request.getBody(), StandardCharsets.ISO_8859_1))
            .toList();
    assertThat(bodies).hasSize(1);
    assertThat(bodies.get(0)).contains("worker", "job", "42", "booting", "errored");
  }

  @Test
  void aCallGoesOnWithItsCallersTrace() {
    try (Traces traces = Traces.to(Optional.empty(), "worker")) {
      Trace caller = traces.begin("job", Optional.empty(), AT);
      Trace called = traces.begin("create", Optional.of(caller.header()), AT);

      assertThat(called.id()).isEqualTo(caller.id()).matches("[0-9a-f]{32}");
      assertThat(called.header())
          .isNotEqualTo(caller.header())
          .matches("00-" + caller.id() + "-[0-9a-f]{16}-01");
    }
  }

  @Test
  void aParentThatCannotBeReadBeginsATrace() {
    try (Traces traces = Traces.to(Optional.empty(), "worker")) {
      for (String parent : List.of("", "nonsense", "00-" + "0".repeat(32) + "-1-01", "\u0000")) {
        assertThat(traces.begin("create", Optional.of(parent), AT).id())
            .matches("[0-9a-f]{32}")
            .isNotEqualTo("0".repeat(32));
      }
    }
  }

  @Test
  void aCollectorThatFailsCostsSpansAlone() {
    collector.stubFor(post(anyUrl()).willReturn(serverError()));
    try (Traces traces = sending()) {
      traces.begin("job", Optional.empty(), AT).end(AT, Optional.empty());
    }

    assertThat(collector.findAll(postRequestedFor(anyUrl()))).isNotEmpty();
  }

  @Test
  void whatIsNoUrlIsRefusedWithAnExample() {
    SettingsSpec spec = new SettingsSpec("test", "tests", "TEST_", List.of(Traces.COLLECTOR));

    assertThatThrownBy(() -> spec.read(List.of("--traces-url=collector:4318"), Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("http://HOST:4318");
  }
}
