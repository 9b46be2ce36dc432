package io.macpool.service.http;

import io.macpool.core.FailureWords;
import io.macpool.service.setting.ListenAddress;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 port of a service. Whoever connects is held to {@link ConnectionLimits} before
 * anything else; a request that can't be read is answered and never reaches a handler. Closing it
 * frees the port.
 */
public final class HttpListener implements AutoCloseable {

  /** Why a request is refused before it reaches a handler. */
  public enum Refused {
    /** Its path or query is no percent-encoded UTF-8, it names no host, or it is no HTTP. */
    MALFORMED(400),
    /** Its body did not arrive in time. */
    TOO_SLOW(408),
    /** Its path and query are too long. */
    URI_TOO_LONG(414),
    /** Its headers are too large. */
    HEADERS_TOO_LARGE(431);

    private final int status;

    Refused(int status) {
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  private static final int LARGEST_HEADERS = 16 * 1024;
  private static final int LONGEST_URI = 4 * 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final ConnectionGuard guard;
  private final BiConsumer<HttpServerRequest, Refused> refusal;
  private final int idleSeconds;
  private @Nullable HttpServer server;
  private long sweeper;

  private HttpListener(
      Vertx vertx, ConnectionLimits limits, BiConsumer<HttpServerRequest, Refused> refusal) {
    this.vertx = vertx;
    this.refusal = refusal;
    this.guard = new ConnectionGuard(limits, request -> refusal.accept(request, Refused.TOO_SLOW));
    this.idleSeconds = (int) Math.max(1, limits.idle().toSeconds());
  }

  /** One that does not listen yet, and answers what it refuses with a status alone. */
  public static HttpListener with(Vertx vertx, ConnectionLimits limits) {
    return new HttpListener(
        vertx,
        limits,
        (request, why) ->
            request.response().setStatusCode(why.status()).putHeader("Connection", "close").end());
  }

  /**
   * One that does not listen yet.
   *
   * @param refusal answers what is refused, and closes the connection with the answer
   */
  public static HttpListener with(
      Vertx vertx, ConnectionLimits limits, BiConsumer<HttpServerRequest, Refused> refusal) {
    return new HttpListener(vertx, limits, refusal);
  }

  /**
   * Listens on {@code address}; port 0 takes a free one. Must not be called on an event loop.
   *
   * @param purpose whom it listens for, for a person
   * @throws IllegalStateException if the address can't be had, saying which and why
   */
  public HttpListener listen(
      ListenAddress address, String purpose, Handler<HttpServerRequest> handler) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(address.host())
            .setPort(address.port())
            .setMaxHeaderSize(LARGEST_HEADERS)
            .setMaxInitialLineLength(LONGEST_URI)
            .setHandle100ContinueAutomatically(true)
            // Limits are for connections with one request at a time, and no client needs HTTP/2.
            .setHttp2ClearTextEnabled(false)
            .setIdleTimeout(idleSeconds);
    HttpServer unbound =
        vertx
            .createHttpServer(options)
            .connectionHandler(guard::accept)
            .exceptionHandler(broken -> {}) // a peer's broken TLS or HTTP is its own affair
            .invalidRequestHandler(this::invalid)
            .requestHandler(request -> begin(request, handler));
    try {
      server =
          unbound
              .listen()
              .toCompletionStage()
              .toCompletableFuture()
              .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      String why = e instanceof ExecutionException ? FailureWords.of(e) : "no answer in time";
      throw new IllegalStateException(
          "can't listen on " + address + " for " + purpose + ": " + why, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting to listen on " + address, e);
    }
    sweeper = vertx.setPeriodic(250, now -> guard.sweep());
    return this;
  }

  private void begin(HttpServerRequest request, Handler<HttpServerRequest> handler) {
    guard.begin(request);
    // A body that breaks off or can't be decoded fails the handler that reads it, nobody else.
    request.exceptionHandler(broken -> {});
    if (isPercentEncoded(request.uri()) && namesItsHost(request)) {
      handler.handle(request);
    } else {
      refusal.accept(request, Refused.MALFORMED);
    }
  }

  private void invalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    String what = cause == null ? "" : cause.getClass().getSimpleName();
    refusal.accept(
        request,
        what.contains("TooLongHttpLine")
            ? Refused.URI_TOO_LONG
            : what.contains("TooLongHttpHeader") ? Refused.HEADERS_TOO_LARGE : Refused.MALFORMED);
  }

  /**
   * Without one HTTP/1.1 has no meaning (RFC 9112, 3.2), and the router would log a fault of ours.
   */
  private static boolean namesItsHost(HttpServerRequest request) {
    return request.version() != HttpVersion.HTTP_1_1
        || (request.headers().getAll(HttpHeaders.HOST).size() == 1 && request.authority() != null);
  }

  private static boolean isPercentEncoded(String uri) {
    for (int i = uri.indexOf('%'); i >= 0; i = uri.indexOf('%', i + 1)) {
      if (i + 2 >= uri.length()
          || Character.digit(uri.charAt(i + 1), 16) < 0
          || Character.digit(uri.charAt(i + 2), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  /** The peer of this request is no stranger: it may be silent for a while between requests. */
  public void trust(HttpServerRequest request) {
    guard.trust(request);
  }

  /** The port that it listens on. */
  public int port() {
    return Objects.requireNonNull(server, "it listens").actualPort();
  }

  @Override
  public void close() {
    HttpServer listening = server;
    if (listening == null) {
      return;
    }
    vertx.cancelTimer(sweeper);
    try {
      listening
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a port was not closed: " + e.getMessage(), e);
    }
  }
}
