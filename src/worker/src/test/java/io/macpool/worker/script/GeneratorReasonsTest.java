package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.macpool.broker.net.Retries;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.worker.WorkerSettings;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.PayloadException;
import io.macpool.worker.script.ScriptException.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of an answer that is no script; and that what will not pass is not asked again. */
class GeneratorReasonsTest {

  private static final FuzzedAnswer SCRIPT = answer(200, "text/plain", "#!/bin/bash\ntrue\n");

  private final Deque<FuzzedAnswer> answers = new ArrayDeque<>();
  private final FuzzedHttpClient http =
      new FuzzedHttpClient(() -> answers.size() > 1 ? answers.poll() : answers.peek());
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void close() {
    scheduler.shutdownNow();
  }

  @Test
  void aSignInPageIsAPage() {
    answers.add(answer(200, "text/html", "<html><title>Sign in</title></html>"));
    ScriptException failure = failure();
    assertThat(failure.kind()).isEqualTo(Kind.UNUSABLE);
    assertThat(failure)
        .hasMessageContaining("a page (text/html) that begins: <html><title>Sign in")
        .hasMessageContaining("look at BUILD_API_URI");
    assertThat(http.requests()).hasSize(1);
  }

  @Test
  void a308IsFollowedOnTheSameHostAlone() throws PayloadException {
    answers.add(moved(308, "/new?job_id=7"));
    answers.add(SCRIPT);
    assertThat(client().generate(job()).join()).isEqualTo(SCRIPT.body());
    assertThat(http.requests()).hasSize(2).allMatch(request -> request.method().equals("POST"));
    assertThat(http.requests().get(1).uri()).hasToString("http://127.0.0.1/new?job_id=7");
    http.requests().clear();
    answers.clear();
    answers.add(moved(308, "https://sign-in.example/"));
    assertThat(failure())
        .hasMessageContaining("sends us to https://sign-in.example/: set BUILD_API_URI");
    assertThat(http.requests()).hasSize(1);
  }

  @Test
  void whoSendsOnDoesNotGetOurSecretsShown() {
    answers.add(moved(301, "https://t0ken@sign-in.example/script?key=k3y&job_id=7#k3y"));
    assertThat(failure())
        .hasMessageContaining("sends us to https://sign-in.example/script: set BUILD_API_URI")
        .hasMessageNotContainingAny("k3y", "t0ken");
  }

  /**
   * Users read the job's log: what the generator is and where it lies is none of their business.
   */
  @Test
  void addressesAreForOperatorsAlone() {
    answers.add(moved(301, "http://gateway.internal:8080/"));
    assertThat(failure().forUsers()).isEqualTo("the generator answered with status 301");
    answers.clear();
    answers.add(answer(200, "text/html", "<html>gateway.internal: sign in</html>"));
    assertThat(failure())
        .hasMessageContaining("gateway.internal")
        .extracting(ScriptException::forUsers, STRING)
        .isEqualTo("the generator answered with something that is no bash script");
  }

  @Test
  void onesThatSendRoundInCirclesAreGivenUp() {
    answers.add(moved(307, "/script"));
    assertThat(failure().kind()).isEqualTo(Kind.UNUSABLE);
    assertThat(http.requests()).hasSize(4);
  }

  @Test
  void seventeenMebibytesAreFetchedOnce() {
    answers.add(answer(200, "text/plain", "# padding\n".repeat((17 << 20) / 10)));
    ScriptException failure = failure();
    assertThat(failure.kind()).isEqualTo(Kind.UNUSABLE);
    assertThat(failure).hasMessageContaining("longer than 16777216 bytes");
    assertThat(http.requests()).hasSize(1);
  }

  @Test
  void whatMayPassIsAskedAgain() throws PayloadException {
    answers.add(answer(503, "text/plain", "busy"));
    answers.add(answer(200, "text/plain", " \n"));
    answers.add(
        new FuzzedAnswer(200, Map.of("Content-Length", List.of("99")), "#!/bin/bash\n", false));
    answers.add(
        new FuzzedAnswer(200, Map.of("Connection", List.of("close")), "#!/bin/bash\nrm", false));
    answers.add(SCRIPT);
    assertThat(client().generate(job()).join()).isEqualTo(SCRIPT.body());
    assertThat(http.requests()).hasSize(5);
  }

  private static FuzzedAnswer answer(int status, String type, String body) {
    return new FuzzedAnswer(
        status,
        Map.of(
            "Content-Type",
            List.of(type),
            "Content-Length",
            List.of(Integer.toString(body.length()))),
        body,
        true);
  }

  private static FuzzedAnswer moved(int status, String place) {
    return new FuzzedAnswer(status, Map.of("Location", List.of(place)), "", true);
  }

  private ScriptException failure() {
    Throwable thrown = catchThrowable(() -> client().generate(job()).join());
    assertThat(Retries.cause(thrown)).isInstanceOf(ScriptException.class);
    return (ScriptException) Retries.cause(thrown);
  }

  private static JobPayload job() throws PayloadException {
    return FuzzedMessage.job("{\"job\":{\"id\":7},\"config\":{}}".getBytes(UTF_8));
  }

  private ScriptClient client() {
    return new ScriptClient(
        WorkerSettings.SPEC.read(
            List.of(),
            Map.of(
                "TRAVIS_WORKER_BUILD_API_URI",
                "http://t0ken@127.0.0.1/script",
                "TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT",
                "http://127.0.0.1",
                "TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH",
                "key")),
        new RetryPolicy(Duration.ofSeconds(5), Duration.ofMillis(2), Duration.ofMillis(2)),
        http,
        Runnable::run,
        Runnable::run,
        scheduler);
  }
}
