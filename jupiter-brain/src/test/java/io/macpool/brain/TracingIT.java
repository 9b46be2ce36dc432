package io.macpool.brain;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static io.macpool.brain.BrainLab.IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a create took, as a collector of traces sees it. */
class TracingIT {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  @RegisterExtension
  static final WireMockExtension collector =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private static HttpResponse<String> create(BrainLab lab, String parent) throws Exception {
    return lab.send(
        lab.request("/instances")
            .header("traceparent", parent)
            .POST(
                BodyPublishers.ofString(
                    "{\"data\":{\"type\":\"instances\",\"base-image\":\"" + IMAGE + "\"}}"))
            .build());
  }

  @Test
  void tellsThePhasesOfACreateInItsClientsTrace() throws Exception {
    collector.stubFor(post("/v1/traces").willReturn(ok()));
    String id;
    try (BrainLab lab =
        new BrainLab(VCenterOptions.defaults()).set("TRACES_URL", collector.baseUrl()).start()) {
      id = BrainLab.id(create(lab, "00-" + TRACE + "-00f067aa0ba902b7-01"));
    }

    String sent =
        collector.findAll(postRequestedFor(urlEqualTo("/v1/traces"))).stream()
            .map(request -> new String(request.getBody(), StandardCharsets.ISO_8859_1))
            .collect(Collectors.joining());
    String trace = new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);
    assertThat(sent).contains(trace, "jupiter-brain", "create", "clone", "power-on", id, IMAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "00-00000000000000000000000000000000-0000000000000000-01"})
  void aTraceThatCannotBeReadHindersNothing(String parent) throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults()).start()) {
      assertThat(create(lab, parent).statusCode()).isEqualTo(201);
    }
  }
}
