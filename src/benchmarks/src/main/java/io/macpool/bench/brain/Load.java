package io.macpool.bench.brain;

import io.macpool.bench.Samples;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Clients of an HTTP server, each on a connection of its own that it keeps. They write and read
 * bytes and do no more, so that it is the server that is measured.
 */
final class Load implements AutoCloseable {

  private static final Duration GRACE = Duration.ofMinutes(1);

  /** What one client says: a request, and after each answer the next, until it has no more. */
  @FunctionalInterface
  interface Talk {
    /**
     * The next request.
     *
     * @param answer to the one before; null at first
     * @return null: that was all
     */
    Buffer next(HttpAnswer answer);

    /** One request and no more. */
    static Talk of(Buffer request) {
      return answer -> answer == null ? request : null;
    }
  }

  /**
   * What came of it.
   *
   * @param took each talk, first byte out to last byte in
   * @param rate talks in a second
   */
  record Result(Samples took, double rate) {}

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(1));

  /** One talk by each client, all at once. */
  Result once(URI server, int clients, Supplier<Talk> talks) throws Exception {
    return run(server, clients, Duration.ZERO, Duration.ZERO, talks);
  }

  /**
   * Lets each client begin talks one after another until the time is over.
   *
   * @param pause before each, at first a random part of it
   */
  Result run(URI server, int clients, Duration time, Duration pause, Supplier<Talk> talks)
      throws Exception {
    Run run = new Run(clients, time, pause, talks);
    NetClientOptions options =
        new NetClientOptions().setTcpNoDelay(true).setConnectTimeout((int) GRACE.toMillis());
    if (server.getScheme().equals("https")) {
      options.setSsl(true).setTrustAll(true).setHostnameVerificationAlgorithm("");
    }
    var net = vertx.createNetClient(options);
    try {
      for (int i = 0; i < clients; i++) {
        net.connect(server.getPort(), server.getHost())
            .onSuccess(run::connected)
            .onFailure(run.ended::completeExceptionally);
      }
      run.ended.get(time.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the load on " + server + " failed: " + e, e);
    } finally {
      net.close();
    }
    return new Result(run.took, run.took.count() * 1e9 / (System.nanoTime() - run.began));
  }

  /** All clients begin when all are connected. */
  private final class Run {

    private final Samples took = new Samples();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final AtomicInteger toConnect;
    private final AtomicInteger busy;
    private final Duration time;
    private final Duration pause;
    private final Supplier<Talk> talks;
    private volatile long began;

    private Run(int clients, Duration time, Duration pause, Supplier<Talk> talks) {
      this.toConnect = new AtomicInteger(clients);
      this.busy = new AtomicInteger(clients);
      this.time = time;
      this.pause = pause;
      this.talks = talks;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what a client meets ends the run
    private void connected(NetSocket socket) {
      Client client = new Client(this, socket);
      long most = Math.max(1, pause.toMillis());
      long first = pause.isZero() ? 0 : ThreadLocalRandom.current().nextLong(most);
      connected.thenRun(() -> client.later(first));
      if (toConnect.decrementAndGet() == 0) {
        began = System.nanoTime();
        connected.complete(null);
      }
    }

    private boolean isOver() {
      return System.nanoTime() - began >= time.toNanos();
    }
  }

  private final class Client {

    private final Run run;
    private final NetSocket socket;
    private final HttpAnswer.Reader reader = new HttpAnswer.Reader();
    private final io.vertx.core.Context context = vertx.getOrCreateContext();
    private Talk talk;
    private long began;

    private Client(Run run, NetSocket socket) {
      this.run = run;
      this.socket = socket;
      socket.handler(this::received);
      socket.exceptionHandler(run.ended::completeExceptionally);
      socket.closeHandler(
          closed -> run.ended.completeExceptionally(new IllegalStateException("cut off")));
    }

    private void later(long millis) {
      if (millis <= 0) {
        context.runOnContext(now -> begin());
      } else {
        context.runOnContext(now -> vertx.setTimer(millis, due -> begin()));
      }
    }

    private void begin() {
      talk = run.talks.get();
      began = System.nanoTime();
      socket.write(talk.next(null));
    }

    private void received(Buffer bytes) {
      try {
        HttpAnswer answer = reader.take(bytes);
        if (answer == null) {
          return;
        }
        if (answer.status() >= 300) {
          throw new IllegalStateException(answer.status() + ": " + answer.body());
        }
        Buffer next = talk.next(answer);
        if (next != null) {
          socket.write(next);
          return;
        }
        run.took.add(System.nanoTime() - began);
        if (!run.isOver()) {
          if (run.pause.isZero()) {
            begin();
          } else {
            later(run.pause.toMillis());
          }
        } else if (run.busy.decrementAndGet() == 0) {
          run.ended.complete(null);
        }
      } catch (RuntimeException e) {
        run.ended.completeExceptionally(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the clients did not end: " + e, e);
    }
  }
}
