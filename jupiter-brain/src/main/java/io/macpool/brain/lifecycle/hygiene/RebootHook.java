package io.macpool.brain.lifecycle.hygiene;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.broker.BrokerJson;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What has a host rebooted: a program of the operator's, a web service, or the host's own provider.
 * It only takes the order; that the host did reboot its boot time tells.
 */
public sealed interface RebootHook {

  /** By then it has taken the order or has not; a program that still runs is ended. */
  Duration LIMIT = Duration.ofMinutes(1);

  /**
   * What is asked.
   *
   * @param attempt 1 for the first
   */
  record Order(String host, String id, String reason, int attempt) {}

  /**
   * Asks, and waits for the end.
   *
   * @param hypervisor whose host it is
   * @throws IOException if the order was not taken, with the reason for a person
   */
  void ask(Order order, Hypervisor hypervisor) throws IOException, InterruptedException;

  /**
   * The hook that is set.
   *
   * @param text an http or https URL, an absolute path, or {@code provider}
   * @throws IllegalArgumentException if it is none of them
   */
  static RebootHook parse(String text) {
    if (text.startsWith("http://") || text.startsWith("https://")) {
      URI uri = URI.create(text);
      if (uri.getHost() == null) {
        throw new IllegalArgumentException("the URL names no host");
      }
      return new Web(uri);
    }
    if (text.startsWith("/")) {
      return new Program(text);
    }
    if (text.equals("provider")) {
      return new Provider();
    }
    throw new IllegalArgumentException(
        "give a URL, the absolute path of a program, or the word provider");
  }

  /** Called as {@code PROGRAM HOST REASON ATTEMPT}, without a shell; 0 says that it is taken. */
  record Program(String path) implements RebootHook {
    @Override
    public void ask(Order order, Hypervisor hypervisor) throws IOException, InterruptedException {
      Process process =
          new ProcessBuilder(path, order.host(), order.reason(), Integer.toString(order.attempt()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      try {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException(path + " did not end within " + LIMIT.toSeconds() + " s");
        }
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      if (process.exitValue() != 0) {
        throw new IOException(path + " ended with " + process.exitValue());
      }
    }
  }

  /** Gets a POST with a JSON object; any 2xx says that it is taken. */
  record Web(URI uri) implements RebootHook {
    private static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    @Override
    public void ask(Order order, Hypervisor hypervisor) throws IOException, InterruptedException {
      String body =
          BrokerJson.mapper()
              .writeValueAsString(
                  Map.of(
                      "host", order.host(),
                      "id", order.id(),
                      "reason", order.reason(),
                      "attempt", order.attempt()));
      HttpResponse<Void> response =
          CLIENT.send(
              HttpRequest.newBuilder(uri)
                  .timeout(LIMIT)
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.discarding());
      if (response.statusCode() / 100 != 2) {
        // Not the URL: it may hold a token.
        throw new IOException(uri.getHost() + " answered " + response.statusCode());
      }
    }
  }

  /** Asks vCenter, or the Mac itself over SSH. */
  record Provider() implements RebootHook {
    @Override
    public void ask(Order order, Hypervisor hypervisor) throws IOException, InterruptedException {
      try {
        hypervisor.reboot(order.id()).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
        throw new IOException(String.valueOf(cause.getMessage()), e);
      } catch (TimeoutException e) {
        throw new IOException("no answer within " + LIMIT.toSeconds() + " s", e);
      }
    }
  }
}
