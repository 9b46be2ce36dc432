package io.macpool.worker.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.broker.net.BoundedExchange;
import io.macpool.broker.net.Retries;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.worker.CalledUrl;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.JobPayload.Attributes;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Asks a service: POSTs query strings, one a line, from the most specific to the default, and takes
 * the first image of {@code {"data":[{"name":…}]}}. Lines, tags and their order are those of the Go
 * worker's API selector. Whatever else than 200 comes is asked for again until the policy's time is
 * over.
 */
public final class ServiceImageSelector implements ImageSelector {

  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(10);
  private static final int LONGEST_ANSWER = 1 << 20;
  private static final String FALLBACK = "default";
  private static final String INFRA = "jupiterbrain";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CalledUrl url;
  private final HttpClient http;
  private final Retries retries;
  private final Executor executor;

  /** The executor and the scheduler stay the caller's. */
  public ServiceImageSelector(
      CalledUrl url, RetryPolicy policy, Executor executor, ScheduledExecutorService scheduler) {
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
  public CompletableFuture<ImageChoice> select(JobPayload job) {
    HttpRequest request =
        url.request()
            .timeout(ANSWER_DEADLINE)
            .header("Content-Type", "application/x-www-form-urlencoded; boundary=NL")
            .POST(BodyPublishers.ofString(String.join("\n", queries(job)) + "\n"))
            .build();
    return retries
        .run(() -> once(request), failure -> failure instanceof IllegalStateException)
        .thenApply(name -> choice(job.attributes(), name));
  }

  private CompletableFuture<Optional<String>> once(HttpRequest request) {
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

  private static Optional<String> name(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException(
          "the image selector answered with status " + response.statusCode());
    }
    try {
      JsonNode first = JSON.readTree(response.body()).path("data").path(0).path("name");
      return Optional.ofNullable(first.textValue()).filter(name -> !name.isBlank());
    } catch (IOException e) {
      throw new IllegalArgumentException("the image selector's answer is not JSON", e);
    }
  }

  private static ImageChoice choice(Attributes about, Optional<String> name) {
    boolean asked = SettingsImageSelector.isMac(about) && about.osxImage().isPresent();
    return asked && name.isEmpty()
        ? ImageChoice.insteadOf(
            about.osxImage().get(), FALLBACK, "the image selector knows no image for the job")
        : ImageChoice.of(name.orElse(FALLBACK));
  }

  /** The lines of the request, most specific first. */
  static List<String> queries(JobPayload job) {
    Attributes about = job.attributes();
    boolean mac = SettingsImageSelector.isMac(about);
    Optional<String> osxImage = about.osxImage().map(image -> "osx_image:" + image);
    Optional<String> os = about.os().map(name -> "os:" + name);
    Optional<String> dist = about.dist().map(name -> "dist:" + name);
    Optional<String> group = about.group().map(name -> "group_" + name + ":true");
    Optional<String> language = about.language().map(name -> "language_" + name + ":true");
    Optional<String> macImage = mac ? osxImage : Optional.empty();

    List<String> lines = new ArrayList<>();
    lines.add(query(job, present(List.of(language, macImage, dist, group, os)), false));
    if (mac) {
      add(lines, job, false, List.of(osxImage, os));
    }
    add(lines, job, false, List.of(dist, group, language));
    add(lines, job, false, List.of(dist, language));
    add(lines, job, false, List.of(group, language));
    add(lines, job, false, List.of(os, language));
    add(lines, job, false, List.of(dist));
    add(lines, job, true, List.of(language));
    add(lines, job, true, List.of(macImage));
    add(lines, job, true, List.of(dist));
    add(lines, job, true, List.of(group));
    add(lines, job, true, List.of(os));
    lines.add(query(job, List.of(), true));
    return List.copyOf(lines);
  }

  /** A line with these tags; none if one of them is missing. */
  private static void add(
      List<String> lines, JobPayload job, boolean isDefault, List<Optional<String>> tags) {
    List<String> present = present(tags);
    if (present.size() == tags.size()) {
      lines.add(query(job, present, isDefault));
    }
  }

  private static List<String> present(List<Optional<String>> tags) {
    return tags.stream().flatMap(Optional::stream).sorted().toList();
  }

  /** Names in the order of the alphabet, as Go encodes a form. */
  private static String query(JobPayload job, List<String> tags, boolean isDefault) {
    List<String> pairs = new ArrayList<>();
    pairs.add(pair("fields[images]", "name"));
    // There for clouds with graphics processors: a job on a Mac asks for none.
    pairs.add(pair("gpu_vm_type", ""));
    pairs.add(pair("infra", INFRA));
    pairs.add(pair("is_default", Boolean.toString(isDefault)));
    pairs.add(pair("job_id", Long.toString(job.jobId())));
    pairs.add(pair("limit", "1"));
    pairs.add(pair("repo", job.repository()));
    if (!tags.isEmpty()) {
      pairs.add(pair("tags", String.join(",", tags)));
    }
    return String.join("&", pairs);
  }

  private static String pair(String name, String value) {
    return encoded(name) + "=" + encoded(value);
  }

  /** As Go's QueryEscape, which leaves a tilde and encodes a star. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("*", "%2A").replace("%7E", "~");
  }
}
