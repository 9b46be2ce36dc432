package io.macpool.broker.net;

import io.macpool.core.GoDuration;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Asks an HTTP peer, whatever it is: for no longer than the request's own time-out, which of itself
 * ends with the headers and would let a peer trickle its body for ever, and for no more bytes than
 * the caller wants to hold.
 */
public final class BoundedExchange {

  private BoundedExchange() {}

  /**
   * Completes with the whole answer, or fails with an {@link IOException}: {@link
   * HttpTimeoutException} if it was late. The exchange is over then, either way.
   *
   * @param most bytes of a body
   * @throws IllegalArgumentException if the request has no time-out
   */
  public static CompletableFuture<HttpResponse<byte[]>> send(
      HttpClient http, HttpRequest request, int most) {
    Duration limit =
        request
            .timeout()
            .orElseThrow(() -> new IllegalArgumentException("a request without a time-out"));
    AtomicReference<IOException> tooLong = new AtomicReference<>();
    CompletableFuture<HttpResponse<byte[]>> exchange =
        http.sendAsync(request, response -> new BoundedBody(most, tooLong::set));
    CompletableFuture<HttpResponse<byte[]>> bounded =
        exchange
            .copy()
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionallyCompose(
                failure -> {
                  exchange.cancel(true);
                  return CompletableFuture.failedFuture(
                      tooLong.get() == null ? reason(failure, limit) : tooLong.get());
                });
    CompletableFuture<HttpResponse<byte[]>> unused =
        bounded.whenComplete(
            (response, failure) -> {
              if (bounded.isCancelled()) {
                exchange.cancel(true);
              }
            });
    return bounded;
  }

  private static Throwable reason(Throwable failure, Duration limit) {
    Throwable cause = Retries.cause(failure);
    // Which of the two time-outs was first is chance; one that could not connect says so itself.
    boolean late = cause instanceof TimeoutException || cause instanceof HttpTimeoutException;
    return late && !(cause instanceof HttpConnectTimeoutException)
        ? new HttpTimeoutException("no whole answer within " + GoDuration.format(limit))
        : cause;
  }

  /** As {@link #send}, for a caller that waits. */
  public static HttpResponse<byte[]> await(HttpClient http, HttpRequest request, int most)
      throws IOException, InterruptedException {
    try {
      return send(http, request, most).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    }
  }
}
