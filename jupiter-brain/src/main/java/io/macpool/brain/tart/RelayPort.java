package io.macpool.brain.tart;

import io.macpool.brain.tart.ssh.SshFailure;
import io.macpool.brain.tart.ssh.SshHost;
import io.macpool.brain.tart.ssh.SshPipe;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A port that leads to one guest, by a connection of its own with the guest's Mac. */
final class RelayPort implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RelayPort.class);

  /** Connections at a time: sshd allows ten sessions within one connection. */
  static final int MOST = 8;

  private static final Duration BEGIN = Duration.ofSeconds(10);
  private static final long OPEN_AGAIN_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int MOST_TRIES = 200;

  private final Vertx vertx;
  private final Mac mac;
  private final SshHost ssh;
  private final int guestPort;
  private final Executor threads;
  private volatile String guest = "";

  // Guarded by this.
  private final Set<NetSocket> sockets = new HashSet<>();
  private Optional<NetServer> server = Optional.empty();
  private Optional<String> trouble = Optional.empty();
  private boolean opening;
  private long openAgain = System.nanoTime();
  private boolean closed;

  RelayPort(Vertx vertx, Mac mac, SshHost ssh, int guestPort, Executor threads) {
    this.vertx = vertx;
    this.mac = mac;
    this.ssh = ssh;
    this.guestPort = guestPort;
    this.threads = threads;
  }

  boolean leadsTo(Mac other) {
    return mac.equals(other);
  }

  /** New connections go to that address of the guest's. */
  void dial(String address) {
    guest = address;
  }

  synchronized OptionalInt port() {
    return server.map(s -> OptionalInt.of(s.actualPort())).orElse(OptionalInt.empty());
  }

  synchronized Optional<String> trouble() {
    return trouble;
  }

  synchronized boolean isToBeOpened() {
    return server.isEmpty() && !opening && !closed && System.nanoTime() - openAgain >= 0;
  }

  /**
   * Listens, at the first of the ports that is free.
   *
   * @param most ports to try
   * @param onNews called when it listens
   */
  void open(String host, IntSupplier ports, int most, Runnable onNews) {
    synchronized (this) {
      opening = true;
    }
    attempt(host, ports, Math.min(most, MOST_TRIES), onNews);
  }

  private void attempt(String host, IntSupplier ports, int left, Runnable onNews) {
    NetServer fresh =
        vertx
            .createNetServer(new NetServerOptions().setTcpNoDelay(true))
            .connectHandler(this::connected);
    Future<NetServer> unused =
        fresh
            .listen(ports.getAsInt(), host)
            .onSuccess(
                listening -> {
                  if (opened(listening)) {
                    onNews.run();
                  }
                })
            .onFailure(
                failure -> {
                  if (left > 1) {
                    attempt(host, ports, left - 1, onNews);
                  } else {
                    notOpened(host, failure);
                  }
                });
  }

  private boolean opened(NetServer listening) {
    synchronized (this) {
      opening = false;
      if (!closed) {
        trouble = Optional.empty();
        server = Optional.of(listening);
        return true;
      }
    }
    Future<Void> unused = listening.close();
    return false;
  }

  private synchronized void notOpened(String host, Throwable failure) {
    opening = false;
    openAgain = System.nanoTime() + OPEN_AGAIN_NANOS;
    if (trouble.isEmpty()) {
      log.warn("no port of {} is free for a guest of {}", host, mac.name(), failure);
    }
    trouble =
        Optional.of(
            "the relay has no port of %s for a guest of %s: %s"
                .formatted(host, mac.name(), failure.getMessage()));
  }

  private void connected(NetSocket socket) {
    synchronized (this) {
      if (closed || sockets.size() >= MOST) {
        Future<Void> unused = socket.close();
        return;
      }
      sockets.add(socket);
    }
    Context context = vertx.getOrCreateContext();
    CompletableFuture<SshPipe> pipe = new CompletableFuture<>();
    socket.pause();
    socket.closeHandler(
        gone -> {
          forget(socket);
          // Also one that is begun only now.
          CompletableFuture<Void> unused = pipe.thenAccept(SshPipe::close);
        });
    try {
      threads.execute(() -> begin(pipe));
    } catch (RejectedExecutionException e) {
      pipe.completeExceptionally(e);
    }
    CompletableFuture<Void> unused =
        pipe.handle(
            (begun, failure) -> {
              context.runOnContext(
                  now -> {
                    if (failure == null) {
                      join(socket, begun, context);
                    } else {
                      log.info("no connection to a guest of {}: {}", mac.name(), words(failure));
                      end(socket);
                    }
                  });
              return null;
            });
  }

  private static String words(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  /** Blocks for as long as the Mac takes. */
  private void begin(CompletableFuture<SshPipe> pipe) {
    try {
      pipe.complete(ssh.pipe(MacScripts.carry(guest, guestPort), BEGIN));
    } catch (SshFailure | RuntimeException e) {
      pipe.completeExceptionally(e);
    }
  }

  /** Each side is read only when the other has room. */
  private static void join(NetSocket socket, SshPipe pipe, Context context) {
    socket.handler(
        data -> {
          socket.pause();
          CompletableFuture<Void> unused =
              pipe.send(data.getBytes())
                  .whenComplete(
                      (nothing, failure) ->
                          context.runOnContext(
                              now -> {
                                if (failure == null) {
                                  socket.resume();
                                } else {
                                  end(socket);
                                }
                              }));
        });
    pipe.read(
        part -> {
          CompletableFuture<Void> room = new CompletableFuture<>();
          context.runOnContext(
              now -> {
                Future<Void> unused =
                    socket
                        .write(Buffer.buffer(part))
                        .onFailure(room::completeExceptionally)
                        .onSuccess(room::complete);
              });
          return room;
        },
        () -> context.runOnContext(now -> end(socket)));
    socket.resume();
  }

  private static void end(NetSocket socket) {
    Future<Void> unused = socket.close();
  }

  private synchronized void forget(NetSocket socket) {
    sockets.remove(socket);
  }

  @Override
  public void close() {
    Set<NetSocket> open;
    Optional<NetServer> listening;
    synchronized (this) {
      closed = true;
      open = new HashSet<>(sockets);
      listening = server;
      server = Optional.empty();
    }
    listening.ifPresent(
        listener -> {
          Future<Void> unused = listener.close();
        });
    open.forEach(RelayPort::end);
    ssh.close();
  }
}
