package io.macpool.worker.script;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.broker.BoundedExchange;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.Retries;
import io.macpool.broker.RetryPolicy;
import io.macpool.core.PeerUrl;
import io.macpool.service.Settings;
import io.macpool.worker.GeneratorSettings;
import io.macpool.worker.job.JobPayload;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;

/**
 * Asks the generator for scripts. No answer and 5xx are tried again for up to a minute, with pauses
 * of ten seconds at most; 4xx is its last word.
 */
public final class ScriptClient {

  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(30);
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(5);
  private static final int LONGEST_SCRIPT = 16 << 20;

  private final HttpClient http;
  private final Executor executor;
  private final Retries retries;
  private final URI base;
  private final String query;
  private final Optional<String> token;
  private final ObjectNode own;
  private final Executor blocking;
  private final Optional<PayloadFilter> filter;

  /**
   * The executors and the scheduler stay the caller's.
   *
   * @param blocking runs the payload filter, if there is one
   */
  public ScriptClient(
      Settings settings,
      RetryPolicy policy,
      Optional<SSLContext> trust,
      Executor executor,
      Executor blocking,
      ScheduledExecutorService scheduler) {
    this.blocking = blocking;
    this.filter =
        settings.find(GeneratorSettings.PAYLOAD_FILTER_EXECUTABLE).map(PayloadFilter::new);
    String url = settings.get(GeneratorSettings.BUILD_API_URI).reveal();
    BrokerEndpoint endpoint = BrokerEndpoint.parse(url);
    this.base = endpoint.base();
    this.executor = executor;
    this.token = endpoint.token();
    this.query = PeerUrl.parseHttp(url).query().map(q -> q + "&").orElse("");
    this.own = ScriptSettings.read(settings);
    this.retries = new Retries(policy, scheduler);
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_DEADLINE)
            .executor(executor);
    trust.ifPresent(builder::sslContext);
    this.http = builder.build();
  }

  /** The script of a job; fails with a {@link ScriptException}. */
  public CompletableFuture<byte[]> generate(JobPayload job) {
    return filter
        .map(
            program ->
                CompletableFuture.supplyAsync(() -> program.filter(job.json()), blocking)
                    .thenCompose(filtered -> generate(job.jobId(), filtered)))
        .orElseGet(() -> generate(job.jobId(), job.json()));
  }

  private CompletableFuture<byte[]> generate(long jobId, ObjectNode payload) {
    ObjectNode body = payload.deepCopy();
    body.setAll(own);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    String.format(Locale.ROOT, "%s?%sjob_id=%d&source=worker", base, query, jobId)))
            .timeout(ANSWER_DEADLINE)
            .header("Content-Type", "application/json")
            .header("User-Agent", "macpool-worker")
            .POST(BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8));
    token.ifPresent(secret -> request.header("Authorization", "token " + secret));
    HttpRequest built = request.build();
    return retries.run(
        () -> once(built), failure -> failure instanceof ScriptException e && !e.isPermanent());
  }

  private CompletableFuture<byte[]> once(HttpRequest request) {
    return BoundedExchange.send(http, request, LONGEST_SCRIPT)
        .handleAsync(
            (response, failure) -> {
              if (failure != null) {
                Throwable cause = Retries.cause(failure);
                throw new ScriptException(
                    false,
                    "no answer from the generator: " + cause.getClass().getSimpleName(),
                    cause);
              }
              return script(response);
            },
            executor);
  }

  private static byte[] script(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status == 200 && response.body().length > 0) {
      return response.body();
    }
    boolean permanent = status / 100 == 4 && status != 408 && status != 429;
    throw new ScriptException(permanent, "the generator answered with status " + status, null);
  }
}
