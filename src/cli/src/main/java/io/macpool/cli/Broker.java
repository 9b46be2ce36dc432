package io.macpool.cli;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.RetryPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import picocli.CommandLine.Option;

/** The broker that a command speaks with; picocli fills it in, the command closes it. */
final class Broker implements AutoCloseable {

  /** A person waits: an answer that does not come is told soon. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(Duration.ofSeconds(10), Duration.ofMillis(250), Duration.ofSeconds(2));

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${MACPOOL_URL}",
      description = "The broker; its user part may be the token (environment: MACPOOL_URL).")
  private String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file that holds the token; else it is read from MACPOOL_TOKEN.")
  private Path tokenFile;

  private ScheduledExecutorService threads;
  private BrokerClient client;

  /**
   * The client, made at the first call.
   *
   * @throws IllegalArgumentException if nothing, or something unusable, names the broker
   */
  BrokerClient client() {
    if (client == null) {
      if (url == null || url.isBlank()) {
        throw new IllegalArgumentException(
            "no broker is named: set MACPOOL_URL, or give --url https://jupiter-brain.example.com");
      }
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
              POLICY,
              threads,
              threads);
    }
    return client;
  }

  private BrokerEndpoint endpoint() {
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
