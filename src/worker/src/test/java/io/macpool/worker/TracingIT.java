package io.macpool.worker;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A job's way, as a collector of traces sees it. */
class TracingIT {

  @RegisterExtension
  static final WireMockExtension collector =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  @RegisterExtension final Stage stage = new Stage();

  @Test
  void tellsThePhasesOfAJobAndWhatItRanIn() {
    collector.stubFor(post("/v1/traces").willReturn(ok()));
    Worker worker = stage.worker("TRACES_URL", collector.baseUrl());
    long id = stage.publish("true");
    stage.finished(id);
    worker.close();

    String sent =
        collector.findAll(postRequestedFor(urlEqualTo("/v1/traces"))).stream()
            .map(request -> new String(request.getBody(), StandardCharsets.ISO_8859_1))
            .collect(Collectors.joining());
    assertThat(sent)
        .contains("worker", Long.toString(id), "passed", "macpool.instance")
        .contains("generating", "requesting", "booting", "uploading", "running", "settling");
  }
}
