package io.macpool.worker.script;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.worker.WorkerSettings;
import io.macpool.worker.job.JobPayload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What counts as a script, and what only looks like an answer. */
class GeneratorAnswersTest {

  @RegisterExtension
  static final WireMockExtension PEER =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.options().dynamicPort())
          .build();

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void onlyAScriptIsOne() throws Exception {
    assertThat(asked(aResponse().withBody("#!/bin/bash\ntrue\n"))).succeedsWithin(PATIENCE);
    PEER.stubFor(
        post(urlPathEqualTo("/moved")).willReturn(aResponse().withBody("#!/bin/bash\ntrue\n")));
    for (int status : new int[] {307, 308}) {
      assertThat(asked(aResponse().withStatus(status).withHeader("Location", "/moved?job_id=7")))
          .succeedsWithin(PATIENCE);
    }
    for (ResponseDefinitionBuilder other :
        List.of(
            aResponse().withBody("<!DOCTYPE html><html>log in</html>"),
            aResponse().withStatus(302).withHeader("Location", "/moved"),
            aResponse().withStatus(307).withHeader("Location", "http://127.0.0.2:1/moved"),
            aResponse().withStatus(204),
            aResponse().withStatus(422).withBody("no"))) {
      // Of itself: that nothing came in time counts as failed as well, to AssertJ.
      assertThat(asked(other)).failsWithin(PATIENCE).withThrowableOfType(ExecutionException.class);
    }
  }

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private CompletableFuture<byte[]> asked(ResponseDefinitionBuilder answer) throws Exception {
    PEER.stubFor(post(urlPathEqualTo("/script")).willReturn(answer));
    ScriptClient client =
        new ScriptClient(
            WorkerSettings.SPEC.read(
                List.of(),
                Map.of(
                    "BUILD_API_URI", "http://t@127.0.0.1:" + PEER.getPort() + "/script",
                    "JUPITERBRAIN_ENDPOINT", "http://t@127.0.0.1:1",
                    "JUPITERBRAIN_SSH_KEY_PATH", "/nowhere")),
            RetryPolicy.DEFAULT,
            Optional.empty(),
            threads,
            threads,
            threads);
    return client.generate(
        JobPayload.parse(
            "{\"job\":{\"id\":7},\"config\":{}}".getBytes(UTF_8),
            new JobPayload.Attributes(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));
  }
}
