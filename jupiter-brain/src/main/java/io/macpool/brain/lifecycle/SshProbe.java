package io.macpool.brain.lifecycle;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Whether an instance's SSH server takes connections. */
final class SshProbe implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(3);

  private final NetClient client;
  private final int port;

  SshProbe(Vertx vertx, int port) {
    this.client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout((int) LIMIT.toMillis())
                .setReconnectAttempts(0));
    this.port = port;
  }

  /**
   * Completes with true if a connection was taken; a refusal or silence is false, not a failure.
   */
  CompletableFuture<Boolean> answers(String address) {
    return client
        .connect(port, address)
        .compose(socket -> socket.close().map(true).otherwise(true))
        .otherwise(false)
        .toCompletionStage()
        .toCompletableFuture();
  }

  @Override
  public void close() {
    client.close();
  }
}
