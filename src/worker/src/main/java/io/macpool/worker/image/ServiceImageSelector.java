package io.macpool.worker.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.BoundedExchange;
import io.macpool.broker.Retries;
import io.macpool.broker.RetryPolicy;
import io.macpool.worker.job.JobPayload;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/**
 * Asks a service: POSTs query strings, one a line, from the most specific to the default, and takes
 * the first image of {@code {"data":[{"name":…}]}}. The form is the Go worker's API selector's.
 */
public final class ServiceImageSelector implements ImageSelector {

  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(10);
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final String FALLBACK = "default";
  private static final String INFRA = "jupiterbrain";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI url;
  private final HttpClient http;
  private final Retries retries;
  private final Executor executor;

  /** The executor and the scheduler stay the caller's. */
  public ServiceImageSelector(
      URI url, RetryPolicy policy, Executor executor, ScheduledExecutorService scheduler) {
    this.url = url;
    this.executor = executor;
    this.retries = new Retries(policy, scheduler);
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_DEADLINE)
            .executor(executor)
            .build();
  }

  @Override
  public CompletableFuture<String> select(JobPayload job) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(ANSWER_DEADLINE)
            .header("Content-Type", "application/x-www-form-urlencoded; boundary=NL")
            .POST(BodyPublishers.ofString(String.join("\n", queries(job)) + "\n"))
            .build();
    return retries.run(() -> once(request), failure -> failure instanceof IllegalStateException);
  }

  private CompletableFuture<String> once(HttpRequest request) {
    return BoundedExchange.send(http, request, LONGEST_ANSWER)
        .handleAsync(
            (response, failure) -> {
              if (failure != null) {
                throw new IllegalStateException(
                    "no answer from the image selector: "
                        + Retries.cause(failure).getClass().getSimpleName(),
                    Retries.cause(failure));
              }
              return name(response);
            },
            executor);
  }

  private static String name(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status != 200) {
      String message = "the image selector answered with status " + status;
      throw status >= 500
          ? new IllegalStateException(message)
          : new IllegalArgumentException(message);
    }
    try {
      JsonNode first = JSON.readTree(response.body()).path("data").path(0).path("name");
      return first.isTextual() && !first.textValue().isBlank() ? first.textValue() : FALLBACK;
    } catch (IOException e) {
      throw new IllegalArgumentException("the image selector's answer is not JSON", e);
    }
  }

  static List<String> queries(JobPayload job) {
    JobPayload.Attributes about = job.attributes();
    List<String> queries = new ArrayList<>();
    List<String> tags = new ArrayList<>();
    about.osxImage().ifPresent(image -> tags.add("osx_image:" + image));
    about.dist().ifPresent(dist -> tags.add("dist:" + dist));
    about.group().ifPresent(group -> tags.add("group_" + group + ":true"));
    about.language().ifPresent(language -> tags.add("language_" + language + ":true"));
    about.os().ifPresent(os -> tags.add("os:" + os));
    // All tags, then one fewer each time, the least telling going first; then the default.
    for (int count = tags.size(); count > 0; count--) {
      queries.add(query(job, Optional.of(tags.subList(0, count)), false));
    }
    queries.add(query(job, Optional.empty(), true));
    return Collections.unmodifiableList(queries);
  }

  private static String query(JobPayload job, Optional<List<String>> tags, boolean isDefault) {
    List<String> pairs = new ArrayList<>();
    pairs.add(pair("fields[images]", "name"));
    pairs.add(pair("infra", INFRA));
    pairs.add(pair("is_default", Boolean.toString(isDefault)));
    pairs.add(pair("job_id", Long.toString(job.jobId())));
    pairs.add(pair("limit", "1"));
    pairs.add(pair("repo", job.repository()));
    tags.ifPresent(all -> pairs.add(pair("tags", String.join(",", all))));
    return pairs.stream().collect(Collectors.joining("&"));
  }

  private static String pair(String name, String value) {
    return URLEncoder.encode(name, UTF_8) + "=" + URLEncoder.encode(value, UTF_8);
  }
}
