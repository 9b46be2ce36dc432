package io.macpool.worker.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.net.Retries;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.core.job.JobEvent;
import io.macpool.core.job.JobLimits;
import io.macpool.core.job.JobMachine;
import io.macpool.core.job.JobState;
import io.macpool.core.job.Timer;
import io.macpool.core.job.Verdict;
import io.macpool.worker.WorkerSettings;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.PayloadException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever answers in the generator's place, in whatever way: a script is what came whole as one,
 * and all else is a reason in words; none of it is a verdict on the job's script. {@code
 * -Dfuzz.seed=N -Dfuzz.inputs=100000} plays others, and more.
 */
class GeneratorFuzzTest {

  private static final int CASES = Integer.getInteger("fuzz.inputs", 20_000);
  private static final String PAYLOAD =
      "{\"job\":{\"id\":7},\"config\":{\"swift\":3.10,\"x\":1e400,\"lone\":\"\\ud800\"}}";
  private static final String TOKEN = "t0ken-of-the-generator";

  private final long seed = Long.getLong("fuzz.seed", 17);
  private final Random random = new Random(seed);
  private final List<FuzzedAnswer> given = new ArrayList<>();
  private final FuzzedHttpClient http =
      new FuzzedHttpClient(
          () -> {
            given.add(FuzzedAnswer.next(random));
            return given.get(given.size() - 1);
          });
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void close() {
    scheduler.shutdownNow();
  }

  @Test
  void noVerdictWithoutARun() throws PayloadException {
    ScriptClient client = client();
    JobPayload job = job();
    int scripts = 0;
    for (int i = 0; i < CASES; i++) {
      given.clear();
      http.requests().clear();
      try {
        JobEvent event = event(client, job);
        scripts += event instanceof JobEvent.ScriptGenerated ? 1 : 0;
        assertThat(verdict(event)).isNotIn(Verdict.PASSED, Verdict.FAILED);
        assertThat(http.requests()).hasSizeBetween(1, 4);
        assertThat(http.requests()).allMatch(r -> r.uri().getHost().equals("127.0.0.1"));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed %d, case %d: %s".formatted(seed, i, given), e);
      }
    }
    assertThat(scripts).isBetween(CASES / 50, CASES / 2);
  }

  /** What the job is told, after what was made of the answers is held against them. */
  private JobEvent event(ScriptClient client, JobPayload job) {
    FuzzedAnswer last;
    try {
      byte[] script = client.generate(job).join();
      last = given.get(given.size() - 1);
      assertThat(script).isEqualTo(last.body());
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.headers()).doesNotContainKey("Content-Encoding");
      assertThat(last.isWhole() || last.body()[last.body().length - 1] == '\n').isTrue();
      assertThat(new String(script, StandardCharsets.ISO_8859_1).strip())
          .isNotEmpty()
          .doesNotStartWith("<")
          .doesNotStartWith("{\"")
          .doesNotContain("\u0000");
      return new JobEvent.ScriptGenerated();
    } catch (CompletionException e) {
      assertThat(Retries.cause(e)).isInstanceOf(ScriptException.class);
      ScriptException failure = (ScriptException) Retries.cause(e);
      assertThat(failure).hasMessageNotContaining(TOKEN);
      assertThat(failure.getMessage()).doesNotContain("null").matches("\\P{Cntrl}+");
      return failure.isPermanent()
          ? new JobEvent.ScriptRefused(failure.getMessage())
          : new JobEvent.ScriptUnavailable(failure.getMessage());
    }
  }

  /** The job's verdict then, if it has one. */
  private static Verdict verdict(JobEvent event) {
    Map<Timer, Duration> timers = new EnumMap<>(Timer.class);
    for (Timer timer : Timer.values()) {
      timers.put(timer, Duration.ofMinutes(1));
    }
    JobState state = JobState.received(new JobLimits(timers, 1000, 0, 1, false, false));
    state = JobMachine.step(state, new JobEvent.Accepted()).state();
    return JobMachine.step(state, event)
        .state()
        .settlement()
        .map(settlement -> settlement.verdict())
        .orElse(Verdict.RESET);
  }

  private ScriptClient client() {
    return new ScriptClient(
        WorkerSettings.SPEC.read(
            List.of(),
            Map.of(
                "TRAVIS_WORKER_BUILD_API_URI",
                "http://%s@127.0.0.1/script".formatted(TOKEN),
                "TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT",
                "http://127.0.0.1",
                "TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH",
                "key")),
        new RetryPolicy(Duration.ZERO, Duration.ofMillis(2), Duration.ofMillis(2)),
        http,
        Runnable::run,
        Runnable::run,
        scheduler);
  }

  private static JobPayload job() throws PayloadException {
    return FuzzedMessage.job(PAYLOAD.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theQuestionHasTheBytesThatCame() throws PayloadException {
    int unused = client().generate(job()).handle((script, failure) -> 0).join();
    HttpRequest request = http.requests().get(0);
    assertThat(request.uri()).hasToString("http://127.0.0.1/script?job_id=7&source=worker");
    assertThat(request.headers().firstValue("Authorization")).contains("token " + TOKEN);
    assertThat(FuzzedHttpClient.body(request))
        .startsWith(PAYLOAD.substring(0, PAYLOAD.length() - 1))
        .contains("\"paranoid\":");
  }
}
