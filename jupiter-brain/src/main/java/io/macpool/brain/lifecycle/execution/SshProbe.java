package io.macpool.brain.lifecycle.execution;

import io.macpool.broker.net.ConnectionRace;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.GuestAddresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
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
   * Completes with true if a connection was taken at one of the endpoints, which are dialled side
   * by side; refusals and silence are false, not a failure.
   */
  public CompletableFuture<Boolean> answers(List<Endpoint> endpoints) {
    return ConnectionRace.run(
            GuestAddresses.inTurn(endpoints, Endpoint::address),
            this::connect,
            NetSocket::close,
            this::later)
        .handle(
            (socket, failure) -> {
              if (socket != null) {
                socket.close();
              }
              return failure == null;
            });
  }

  private CompletableFuture<NetSocket> connect(Endpoint endpoint) {
    CompletableFuture<NetSocket> taken = new CompletableFuture<>();
    Future<NetSocket> unused =
        client
            .connect(endpoint.portOr(port), endpoint.address())
            .onSuccess(
                socket -> {
                  if (endpoint.port().isEmpty()) {
                    taken.complete(socket);
                  } else {
                    awaitWord(socket, taken);
                  }
                })
            .onFailure(taken::completeExceptionally);
    return taken;
  }

  /** A relay takes any connection; the guest behind it speaks first, as SSH servers do. */
  private void awaitWord(NetSocket socket, CompletableFuture<NetSocket> taken) {
    long timer = vertx.setTimer(LIMIT.toMillis(), late -> socket.close());
    socket.handler(word -> taken.complete(socket));
    socket.closeHandler(
        closed -> {
          vertx.cancelTimer(timer);
          taken.completeExceptionally(new IOException("closed without a word"));
        });
  }

  private void later(Duration delay, Runnable task) {
    vertx.setTimer(delay.toMillis(), now -> task.run());
  }

  @Override
  public void close() {
    client.close();
  }
}
