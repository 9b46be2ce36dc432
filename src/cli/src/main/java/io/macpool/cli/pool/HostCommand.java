package io.macpool.cli.pool;

import io.macpool.broker.BrokerClient;
import io.macpool.cli.config.Broker;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that changes one Mac's part in the pool. */
abstract class HostCommand implements Callable<Integer> {

  @Mixin private Broker broker;

  @Parameters(
      paramLabel = "HOST",
      description = "Its name; to cordon and uncordon its first part will do.")
  private String host;

  /** Asks the broker. */
  abstract CompletableFuture<Void> ask(BrokerClient client, String host);

  @Override
  public Integer call() {
    try (Broker pool = broker) {
      ask(pool.client(), host).join();
      return 0;
    }
  }
}
