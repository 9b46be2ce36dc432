package io.macpool.operator.control;

import io.macpool.broker.net.BoundedExchange;
import io.macpool.core.GoDuration;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Client of the workers' remote control, the Go {@code travis-worker}'s and ours alike. Every call
 * returns at once and its future ends within the time-out; failures are {@link
 * RemoteControlException}.
 */
public final class RemoteControl implements AutoCloseable {

  private static final int MOST_BYTES = 1 << 20;
  private static final int THREADS = 4;

  /**
   * The JDK's client keeps its idle connections in one list, and walks through it for each call:
   * with a thousand workers that was a third of a call. So workers are spread over some.
   */
  private static final int CLIENTS = 8;

  private static final String NETWORK =
      ": does the worker run, and does a NetworkPolicy let the operator in?";

  private final ReportReader reports = new ReportReader();
  private final ExecutorService threads;
  private final List<HttpClient> clients;
  private final Duration timeout;

  public RemoteControl(Duration timeout) {
    this.timeout = timeout;
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "remote-control-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    clients =
        Stream.generate(
                () ->
                    HttpClient.newBuilder()
                        .version(Version.HTTP_1_1)
                        .followRedirects(Redirect.NEVER)
                        .connectTimeout(timeout)
                        .executor(threads)
                        .build())
            .limit(CLIENTS)
            .toList();
  }

  private HttpClient client(URI worker) {
    return clients.get(Math.floorMod(worker.getAuthority().hashCode(), CLIENTS));
  }

  /** How long a call may take. */
  public Duration timeout() {
    return timeout;
  }

  /** Asks for the pool: {@code GET /worker}. */
  public CompletableFuture<WorkerReport> read(WorkerEndpoint worker) {
    return call(request(worker).GET(), 200)
        .thenApply(body -> reports.read("GET " + worker.uri() + "/worker", body));
  }

  /** Tells the pool's size: {@code PATCH /worker}. The Go worker ignores 0. */
  public CompletableFuture<Void> resize(WorkerEndpoint worker, int size) {
    String body = "{\"poolSize\":" + size + "}";
    return call(request(worker).method("PATCH", BodyPublishers.ofString(body)), 204)
        .thenAccept(ignored -> {});
  }

  /** Lets the worker finish its jobs, take no more and exit: {@code DELETE /worker}. */
  public CompletableFuture<Void> finish(WorkerEndpoint worker) {
    String body = "{\"graceful\":true,\"pause\":false}";
    return call(request(worker).method("DELETE", BodyPublishers.ofString(body)), 204)
        .thenAccept(ignored -> {});
  }

  private HttpRequest.Builder request(WorkerEndpoint worker) {
    String basic =
        Base64.getEncoder()
            .encodeToString(worker.credential().reveal().getBytes(StandardCharsets.UTF_8));
    return HttpRequest.newBuilder(worker.uri().resolve("/worker"))
        .timeout(timeout)
        .header("Authorization", "Basic " + basic)
        .header("Content-Type", "application/json");
  }

  private CompletableFuture<byte[]> call(HttpRequest.Builder builder, int expected) {
    HttpRequest request = builder.build();
    String what = request.method() + " " + request.uri();
    return BoundedExchange.send(client(request.uri()), request, MOST_BYTES)
        .handle(
            (response, failure) -> {
              if (failure != null) {
                throw failed(what, failure);
              }
              if (response.statusCode() != expected) {
                int status = response.statusCode();
                String answer = what + " answered " + status + hint(status);
                throw status == 401 || status == 403
                    ? RemoteControlException.lockedOut(answer)
                    : new RemoteControlException(answer, true, null);
              }
              return response.body();
            });
  }

  private RemoteControlException failed(String what, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    boolean unconnected =
        cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    String why;
    if (cause instanceof HttpConnectTimeoutException) {
      why = "no connection within " + GoDuration.format(timeout) + NETWORK;
    } else if (cause instanceof HttpTimeoutException) {
      why = "no whole answer within " + GoDuration.format(timeout) + ": is the worker overloaded?";
    } else if (cause instanceof ConnectException) {
      why = "connection refused" + NETWORK;
    } else {
      why = "the connection broke: " + cause.getMessage();
    }
    return new RemoteControlException(what + ": " + why, unconnected, cause);
  }

  private static String hint(int status) {
    return switch (status) {
      case 401, 403 -> ": the worker has another credential; delete the pod to give it ours";
      case 404, 405 -> ": is it a worker, and is REMOTE_CONTROL_PORT its port?";
      default ->
          status / 100 == 3
              ? ": redirects are not followed; is there a proxy in between?"
              : ": see the worker's log";
    };
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
