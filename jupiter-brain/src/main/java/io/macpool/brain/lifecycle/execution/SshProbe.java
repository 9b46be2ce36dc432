package io.macpool.brain.lifecycle.execution;

import io.macpool.broker.ConnectionRace;
import io.macpool.core.fleet.GuestAddresses;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Whether an instance's SSH server takes connections. */
public final class SshProbe implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final NetClient client;
  private final int port;

  public SshProbe(Vertx vertx, int port) {
    this.vertx = vertx;
    this.client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout((int) LIMIT.toMillis())
                .setReconnectAttempts(0));
    this.port = port;
  }

  /**
   * Completes with true if a connection was taken at one of the addresses, which are dialled side
   * by side; refusals and silence are false, not a failure.
   */
  public CompletableFuture<Boolean> answers(List<String> addresses) {
    return ConnectionRace.run(
            GuestAddresses.inTurn(addresses), this::connect, NetSocket::close, this::later)
        .handle(
            (socket, failure) -> {
              if (socket != null) {
                socket.close();
              }
              return failure == null;
            });
  }

  private CompletableFuture<NetSocket> connect(String address) {
    return client.connect(port, address).toCompletionStage().toCompletableFuture();
  }

  private void later(Duration delay, Runnable task) {
    vertx.setTimer(delay.toMillis(), now -> task.run());
  }

  @Override
  public void close() {
    client.close();
  }
}
