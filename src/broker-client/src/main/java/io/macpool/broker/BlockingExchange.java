package io.macpool.broker;

import io.macpool.broker.net.Retries;
import io.macpool.core.GoDuration;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * For a process that is over after a few calls: a call holds a thread, but the first one is there
 * at once. The JDK's own client takes a fifth of a second to be made, and holds up the end of a
 * process by three tenths: its selector waits in native code, where a JVM that exits waits for it.
 */
final class BlockingExchange implements Exchange {

  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Executor threads;

  /**
   * Makes one.
   *
   * @param threads one is held by each call until its end
   */
  BlockingExchange(Executor threads) {
    this.threads = threads;
  }

  @Override
  public CompletableFuture<Answer> send(Request request) {
    HttpURLConnection connection;
    try {
      connection = prepare(request);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            try {
              answer.complete(ask(connection, request));
            } catch (IOException | RuntimeException e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(new IOException("this process is about to end", e));
    }
    return answer
        .orTimeout(request.deadline().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            failure -> {
              connection.disconnect(); // whoever still reads there is told so
              Throwable cause = Retries.cause(failure);
              return CompletableFuture.failedFuture(
                  cause instanceof TimeoutException
                      ? new HttpTimeoutException(
                          "no whole answer within " + GoDuration.format(request.deadline()))
                      : cause);
            });
  }

  private static HttpURLConnection prepare(Request request) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) request.uri().toURL().openConnection();
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout((int) CONNECT_DEADLINE.toMillis());
    // The deadline is the whole answer's; this one only frees the thread if nothing else does.
    connection.setReadTimeout((int) request.deadline().plus(GRACE).toMillis());
    connection.setRequestMethod(request.method());
    request.headers().forEach(connection::setRequestProperty);
    return connection;
  }

  private static Answer ask(HttpURLConnection connection, Request request) throws IOException {
    if (request.body().isPresent()) {
      connection.setDoOutput(true);
      try (OutputStream out = connection.getOutputStream()) {
        out.write(request.body().get());
      }
    }
    int status = connection.getResponseCode();
    Optional<String> retryAfter = Optional.ofNullable(connection.getHeaderField("Retry-After"));
    return new Answer(status, retryAfter, body(connection, status));
  }

  private static byte[] body(HttpURLConnection connection, int status) throws IOException {
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      if (in == null) {
        return new byte[0];
      }
      byte[] body = in.readNBytes(LONGEST_ANSWER + 1);
      if (body.length > LONGEST_ANSWER) {
        connection.disconnect();
        throw new IOException("the answer is longer than " + LONGEST_ANSWER + " bytes");
      }
      return body;
    }
  }
}
