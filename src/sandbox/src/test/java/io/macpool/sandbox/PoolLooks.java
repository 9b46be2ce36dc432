package io.macpool.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A count of its own of what a broker's slots are used for, by looking at its list over and over:
 * nothing of the console's is in it. Each time is right but for what lies between two looks.
 */
final class PoolLooks implements AutoCloseable {

  /** One instance: when it was seen first, and last. */
  private record Stay(String owner, long first, long last) {}

  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpRequest question;
  private final ScheduledExecutorService thread = Executors.newScheduledThreadPool(1);
  private final Map<String, Stay> stays = new HashMap<>();
  private final Map<String, Integer> mostByHost = new HashMap<>();
  private int failures;
  private long lookedAt;
  private long longestPause;

  PoolLooks(String brokerUrl, String token) {
    question =
        HttpRequest.newBuilder(URI.create(brokerUrl + "/instances"))
            .timeout(SandboxProcess.PATIENCE)
            .header("Authorization", "token " + token)
            .build();
    lookedAt = System.nanoTime();
    var unused = thread.scheduleWithFixedDelay(this::look, 0, 50, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      take(new ObjectMapper().readTree(http.send(question, BodyHandlers.ofString()).body()));
    } catch (IOException e) {
      failed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void failed() {
    failures++;
  }

  private synchronized void take(JsonNode answer) {
    long now = System.nanoTime();
    longestPause = Math.max(longestPause, now - lookedAt);
    lookedAt = now;
    Map<String, Integer> byHost = new HashMap<>();
    for (JsonNode each : answer.path("data")) {
      if (each.hasNonNull("phase") && each.hasNonNull("host")) {
        byHost.merge(each.get("host").asText(), 1, Integer::sum);
        stays.merge(
            each.get("id").asText(),
            new Stay(each.path("owner").asText(), now, now),
            (before, seen) -> new Stay(seen.owner(), before.first(), now));
      }
    }
    byHost.forEach((host, count) -> mostByHost.merge(host, count, Math::max));
  }

  /** Instances that it saw at all. */
  synchronized int instances() {
    return stays.size();
  }

  synchronized int failures() {
    return failures;
  }

  /** The most at once on each host, as far as it was looked. */
  synchronized Map<String, Integer> mostByHost() {
    return Map.copyOf(mostByHost);
  }

  /** How long slots were held, by owner. */
  synchronized Map<String, Duration> heldByOwner() {
    Map<String, Duration> held = new HashMap<>();
    stays
        .values()
        .forEach(
            stay ->
                held.merge(
                    stay.owner(), Duration.ofNanos(stay.last() - stay.first()), Duration::plus));
    return held;
  }

  /** How long it did not look at most. */
  synchronized Duration longestPause() {
    return Duration.ofNanos(longestPause);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
