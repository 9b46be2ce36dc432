package io.macpool.cli.gitlab;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.macpool.broker.BrokerJson;
import io.macpool.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whose fault it is that a job has no Mac. */
class GitLabPrepareTest {

  private static final int THE_JOBS = 11;
  private static final int OURS = 12;

  @RegisterExtension
  static final WireMockExtension broker =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void prepareJob() throws Exception {
    GitLabSettings settings =
        new GitLabSettings(
            "gitlab-1",
            Duration.ofMinutes(3),
            null,
            List.of("macos-*"),
            null,
            null,
            Duration.ofMillis(1),
            Duration.ofMillis(1));
    environment.put("BUILD_FAILURE_EXIT_CODE", "11");
    environment.put("SYSTEM_FAILURE_EXIT_CODE", "12");
    environment.put("TMPDIR", directory.toString());
    environment.put("CUSTOM_ENV_CI_JOB_IMAGE", "macos-15");
    environment.put(GitLabJob.SETTINGS, BrokerJson.mapper().writeValueAsString(settings));
    broker.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(204)));
    broker.stubFor(put("/leases/gitlab-1").willReturn(aResponse().withBody("{\"data\":[]}")));
  }

  private int prepare() {
    return new CommandLine(
            new GitLabPrepare(new GitLabJob(environment)), new Main.Parts(environment))
        .setErr(new PrintWriter(err, true))
        .execute("--url", "http://t0ken@127.0.0.1:" + broker.getPort());
  }

  private static ResponseDefinitionBuilder refusal(int status, String code) {
    return aResponse()
        .withStatus(status)
        .withBody("{\"errors\":[{\"code\":\"" + code + "\",\"title\":\"so\"}]}");
  }

  @Test
  void anImageThatIsNotAllowedIsTheJobs() {
    environment.put("CUSTOM_ENV_CI_JOB_IMAGE", "linux");

    assertThat(prepare()).isEqualTo(THE_JOBS);
    assertThat(err.toString()).contains("image linux is not allowed on this runner");
    assertThat(broker.getAllServeEvents()).isEmpty();
  }

  @Test
  void anImageThatThePoolDoesNotHaveIsTheJobs() {
    broker.stubFor(post("/instances").willReturn(refusal(404, "unknown-image")));

    assertThat(prepare()).isEqualTo(THE_JOBS);
    assertThat(err.toString()).contains("the pool has no image macos-15");
    broker.verify(deleteRequestedFor(urlEqualTo("/leases/gitlab-1")));
  }

  @Test
  void aFullPoolIsOursAndTheLeaseIsGivenUp() {
    broker.stubFor(
        post("/instances").willReturn(refusal(503, "pool-full").withHeader("Retry-After", "1")));

    assertThat(prepare()).isEqualTo(OURS);
    assertThat(err.toString())
        .contains("macpool: no Mac was free within 1ms: ")
        .contains("pool-full, so");
    broker.verify(deleteRequestedFor(urlEqualTo("/leases/gitlab-1")));
  }

  @Test
  void aTokenThatTheBrokerRefusesIsOurs() {
    broker.stubFor(any(anyUrl()).willReturn(refusal(401, "")));

    assertThat(prepare()).isEqualTo(OURS);
    assertThat(err.toString()).contains("401").doesNotContain("t0ken");
  }

  @Test
  void aMissingConfigIsOurs() {
    environment.remove(GitLabJob.SETTINGS);

    assertThat(prepare()).isEqualTo(OURS);
    assertThat(err.toString()).contains("set config_exec and config_args");
  }
}
