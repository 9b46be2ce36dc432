package io.macpool.worker.script;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.net.BoundedExchange;
import io.macpool.broker.net.Retries;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Settings;
import io.macpool.worker.ScriptGeneratorSettings;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.script.ScriptException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;

/**
 * Asks the generator for scripts. No answer and 5xx are tried again for up to a minute, with pauses
 * of ten seconds at most; 4xx is its last word. What is no script at all (a page, something too
 * long, another place) will be none a second later: it is not asked for again.
 */
public final class ScriptClient {

  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(30);
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(5);
  private static final int REDIRECTIONS = 3;
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
    this(settings, policy, http(trust, executor), executor, blocking, scheduler);
  }

  ScriptClient(
      Settings settings,
      RetryPolicy policy,
      HttpClient http,
      Executor executor,
      Executor blocking,
      ScheduledExecutorService scheduler) {
    this.http = http;
    this.blocking = blocking;
    this.filter =
        settings.find(ScriptGeneratorSettings.PAYLOAD_FILTER_EXECUTABLE).map(PayloadFilter::new);
    String url = settings.get(ScriptGeneratorSettings.BUILD_API_URI).reveal();
    BrokerEndpoint endpoint = BrokerEndpoint.parse(url);
    this.base = endpoint.base();
    this.executor = executor;
    this.token = endpoint.token();
    this.query = PeerUrl.parseHttp(url).query().map(q -> q + "&").orElse("");
    this.own = ScriptSettings.read(settings);
    this.retries = new Retries(policy, scheduler);
  }

  private static HttpClient http(Optional<SSLContext> trust, Executor executor) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_DEADLINE)
            .executor(executor);
    trust.ifPresent(builder::sslContext);
    return builder.build();
  }

  /** The script of a job; fails with a {@link ScriptException}. */
  public CompletableFuture<byte[]> generate(JobPayload job) {
    byte[] payload = job.body().bytes();
    return filter
        .map(
            program ->
                CompletableFuture.supplyAsync(() -> program.filter(payload), blocking)
                    .thenCompose(filtered -> generate(job.jobId(), filtered)))
        .orElseGet(() -> generate(job.jobId(), payload));
  }

  private CompletableFuture<byte[]> generate(long jobId, byte[] payload) {
    URI uri =
        URI.create(String.format(Locale.ROOT, "%s?%sjob_id=%d&source=worker", base, query, jobId));
    byte[] body;
    try {
      body = ScriptBody.of(payload, own);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(
          new ScriptException(Kind.REFUSED, String.valueOf(e.getMessage()), e));
    }
    return retries.run(
        () -> ask(uri, body, REDIRECTIONS),
        failure -> failure instanceof ScriptException e && e.kind() == Kind.UNAVAILABLE);
  }

  private CompletableFuture<byte[]> ask(URI uri, byte[] body, int redirections) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER_DEADLINE)
            .header("Content-Type", "application/json")
            .header("User-Agent", "macpool-worker")
            .POST(BodyPublishers.ofByteArray(body));
    token.ifPresent(secret -> request.header("Authorization", "token " + secret));
    return BoundedExchange.send(http, request.build(), LONGEST_SCRIPT)
        .handleAsync((response, failure) -> new Answer(response, failure), executor)
        .thenCompose(
            answer -> {
              if (answer.failure() != null) {
                throw unanswered(Retries.cause(answer.failure()));
              }
              Optional<URI> next = moved(uri, answer.response());
              return next.isPresent() && redirections > 0
                  ? ask(next.get(), body, redirections - 1)
                  : CompletableFuture.completedFuture(ScriptAnswer.script(answer.response()));
            });
  }

  private record Answer(HttpResponse<byte[]> response, Throwable failure) {}

  /**
   * Where the same question is to be put, if that is the same host: another one must not get the
   * token.
   */
  private static Optional<URI> moved(URI from, HttpResponse<byte[]> response) {
    if (response.statusCode() != 307 && response.statusCode() != 308) {
      return Optional.empty();
    }
    try {
      return response
          .headers()
          .firstValue("Location")
          .map(from::resolve)
          .filter(to -> from.getHost().equalsIgnoreCase(to.getHost()))
          .filter(to -> "https".equals(to.getScheme()) || from.getScheme().equals(to.getScheme()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ScriptException unanswered(Throwable cause) {
    String said = cause.getMessage() == null ? "" : ": " + cause.getMessage();
    if (said.contains("longer than")) {
      return new ScriptException(Kind.UNUSABLE, "the generator's answer is no script", said, cause);
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertificateException) {
        return new ScriptException(
            Kind.UNUSABLE,
            "the generator's certificate is not accepted",
            ": " + each.getMessage(),
            cause);
      }
    }
    return new ScriptException(
        Kind.UNAVAILABLE,
        "no answer from the generator: " + cause.getClass().getSimpleName(),
        said,
        cause);
  }
}
