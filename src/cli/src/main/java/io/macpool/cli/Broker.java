package io.macpool.cli;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.RetryPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import picocli.CommandLine.Option;

/** The broker that a command speaks with; picocli fills it in, the command closes it. */
final class Broker implements AutoCloseable {

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${MACPOOL_URL}",
      description = "The broker; its user part may be the token (environment: MACPOOL_URL).")
  private String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${MACPOOL_TOKEN_FILE}",
      description =
          "A file that holds the token (MACPOOL_TOKEN_FILE); else it is read from MACPOOL_TOKEN.")
  private Path tokenFile;

  private Duration patience = Duration.ofSeconds(10);
  private ScheduledExecutorService threads;
  private BrokerClient client;

  /** How long an answer is waited for; at first a person waits, and is told soon. */
  Broker patience(Duration time) {
    patience = time;
    return this;
  }

  /** What another process has to find in its environment to speak with the same broker. */
  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    if (!url.equals(System.getenv("MACPOOL_URL"))) {
      environment.put("MACPOOL_URL", url);
    }
    if (tokenFile != null) {
      environment.put("MACPOOL_TOKEN_FILE", tokenFile.toAbsolutePath().toString());
    }
    return environment;
  }

  /**
   * The client, made at the first call.
   *
   * @throws IllegalArgumentException if nothing, or something unusable, names the broker
   */
  BrokerClient client() {
    if (client == null) {
      BrokerEndpoint endpoint = endpoint();
      Optional<String> token = token();
      threads =
          Executors.newScheduledThreadPool(
              2,
              task -> {
                Thread thread = new Thread(task, "broker");
                thread.setDaemon(true);
                return thread;
              });
      client =
          new BrokerClient(
              new BrokerEndpoint(endpoint.base(), token.or(endpoint::token)),
              new RetryPolicy(patience, Duration.ofMillis(250), Duration.ofSeconds(2)),
              threads,
              threads);
    }
    return client;
  }

  /**
   * Asks the broker nothing.
   *
   * @throws IllegalArgumentException if nothing, or something unusable, names the broker
   */
  void check() {
    endpoint();
    token();
  }

  private BrokerEndpoint endpoint() {
    if (url == null || url.isBlank()) {
      throw new IllegalArgumentException(
          "no broker is named: set MACPOOL_URL, or give --url https://jupiter-brain.example.com");
    }
    try {
      return BrokerEndpoint.parse(url);
    } catch (IllegalArgumentException e) {
      // Not shown: it may hold the token.
      throw new IllegalArgumentException("the URL of MACPOOL_URL or --url " + e.getMessage(), e);
    }
  }

  private Optional<String> token() {
    if (tokenFile == null) {
      return Optional.ofNullable(System.getenv("MACPOOL_TOKEN")).filter(text -> !text.isBlank());
    }
    try {
      return Optional.of(Files.readString(tokenFile).strip());
    } catch (IOException e) {
      throw new IllegalArgumentException("the token can't be read from " + tokenFile + ": " + e, e);
    }
  }

  /** Times what recurs; to be asked for once the client is there. */
  ScheduledExecutorService threads() {
    return threads;
  }

  @Override
  public void close() {
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
