package io.macpool.sim.net;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One simulated peer's HTTP server on a loopback address, with its own small Vert.x: closing it
 * ends its threads and frees its port.
 */
public final class LoopbackServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LoopbackServer.class);
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final HttpServer server;

  private LoopbackServer(Vertx vertx, HttpServer server) {
    this.vertx = vertx;
    this.server = server;
  }

  /** How a handler is made for the Vert.x that will call it. */
  public interface Handlers {
    Handler<HttpServerRequest> on(Vertx vertx);
  }

  /**
   * Listens on 127.0.0.1; port 0 takes a free one. Must not be called on an event loop.
   *
   * @throws IllegalStateException if the port can't be had, saying which and why
   */
  public static LoopbackServer start(int port, Handlers handlers) {
    return start("127.0.0.1", port, handlers);
  }

  /**
   * The same on another address; 0.0.0.0 stands for every loopback address at once, which requests
   * tell apart by their local address.
   */
  public static LoopbackServer start(String host, int port, Handlers handlers) {
    Vertx vertx = smallVertx();
    try {
      HttpServer server =
          vertx
              .createHttpServer(new HttpServerOptions().setHost(host).setPort(port))
              .requestHandler(handlers.on(vertx));
      await(server.listen(), "listen on " + host + ":" + port);
      return new LoopbackServer(vertx, server);
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  /** A Vert.x for one peer: one event loop, few workers, no files of its own. */
  static Vertx smallVertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(2)
            .setInternalBlockingPoolSize(2)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  static <T> T await(Future<T> future, String what) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new IllegalStateException("can't " + what + ": " + cause, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: " + what, e);
    }
  }

  static void close(Vertx vertx, String what) {
    try {
      await(vertx.close(), "close " + what);
    } catch (IllegalStateException e) {
      log.warn("{} did not close in time", what, e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.actualPort();
  }

  /** {@code http://127.0.0.1:PORT}, without a slash at the end. */
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    close(vertx, url());
  }
}
