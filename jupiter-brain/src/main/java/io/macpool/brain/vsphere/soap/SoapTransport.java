package io.macpool.brain.vsphere.soap;

import io.macpool.brain.vsphere.access.TrustPolicy;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.fault.TransportException;
import io.macpool.core.FailureWords;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.TrustOptions;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Moves envelopes to vCenter and answers back. Nothing is ever sent twice: whether to repeat is for
 * those who know what a call does. A call ends by its deadline, its body's last byte included.
 */
public final class SoapTransport implements AutoCloseable {

  private static final int LARGEST_ANSWER = 64 * 1024 * 1024;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /** What vCenter answered, whatever it is. */
  record Answer(int status, String contentType, Optional<String> cookie, Buffer body) {}

  private final HttpClient http;
  private final VSphereEndpoint endpoint;

  public SoapTransport(Vertx vertx, VSphereEndpoint endpoint, TrustPolicy trust, int connections) {
    this.endpoint = endpoint;
    HttpClientOptions options =
        new HttpClientOptions()
            .setDefaultHost(endpoint.host())
            .setDefaultPort(endpoint.port())
            .setSsl(endpoint.tls())
            .setVerifyHost(trust.verifiesHost())
            .setConnectTimeout((int) CONNECT_LIMIT.toMillis())
            .setMaxPoolSize(connections)
            .setKeepAliveTimeout(20)
            .setMaxWaitQueueSize(connections)
            .setDecompressionSupported(true);
    if (endpoint.tls()) {
      options.setTrustOptions(TrustOptions.wrap(trust.trustManager()));
    }
    this.http = vertx.createHttpClient(options);
  }

  /** Sends one envelope and waits for the whole answer. Must not be called on an event loop. */
  Answer post(byte[] envelope, String soapAction, Optional<String> cookie, Duration limit)
      throws TransportException {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    AtomicReference<HttpClientRequest> sent = new AtomicReference<>();
    http.request(HttpMethod.POST, endpoint.path())
        .onFailure(answer::completeExceptionally)
        .onSuccess(request -> send(request, envelope, soapAction, cookie, answer, sent));
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new TransportException(describe(cause), sent.get() != null, cause);
    } catch (TimeoutException e) {
      abandon(answer, sent);
      throw new TransportException(
          "no answer from " + endpoint + " within " + limit.toMillis() + " ms", true, e);
    } catch (InterruptedException e) {
      abandon(answer, sent);
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while waiting for " + endpoint, true, e);
    }
  }

  private static void abandon(
      CompletableFuture<Answer> answer, AtomicReference<HttpClientRequest> sent) {
    answer.cancel(false);
    HttpClientRequest request = sent.get();
    if (request != null) {
      request.reset();
    }
  }

  private static void send(
      HttpClientRequest request,
      byte[] envelope,
      String soapAction,
      Optional<String> cookie,
      CompletableFuture<Answer> answer,
      AtomicReference<HttpClientRequest> sent) {
    if (answer.isDone()) {
      request.reset();
      return;
    }
    sent.set(request);
    request.putHeader("Content-Type", "text/xml; charset=utf-8");
    request.putHeader("SOAPAction", soapAction);
    cookie.ifPresent(value -> request.putHeader("Cookie", value));
    request
        .send(Buffer.buffer(envelope))
        .onFailure(answer::completeExceptionally)
        .onSuccess(response -> receive(request, response, answer));
  }

  private static void receive(
      HttpClientRequest request, HttpClientResponse response, CompletableFuture<Answer> answer) {
    Buffer body = Buffer.buffer();
    response.exceptionHandler(answer::completeExceptionally);
    response.handler(
        part -> {
          if (body.length() + part.length() > LARGEST_ANSWER) {
            answer.completeExceptionally(
                new IllegalStateException("the answer is larger than " + LARGEST_ANSWER));
            request.reset();
          } else {
            body.appendBuffer(part);
          }
        });
    response.endHandler(
        end ->
            answer.complete(
                new Answer(
                    response.statusCode(),
                    Optional.ofNullable(response.getHeader("Content-Type")).orElse(""),
                    sessionCookie(response),
                    body)));
  }

  private static Optional<String> sessionCookie(HttpClientResponse response) {
    return response.headers().getAll("Set-Cookie").stream()
        .filter(cookie -> cookie.startsWith("vmware_soap_session"))
        .map(cookie -> cookie.split(";", 2)[0])
        .findFirst();
  }

  private String describe(Throwable cause) {
    for (Throwable c = cause; c != null; c = c.getCause()) {
      if (c instanceof CertificateException refused) {
        return "no connection to " + endpoint + ": " + refused.getMessage();
      }
    }
    String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return "the connection to " + endpoint + " failed: " + FailureWords.printable(why);
  }

  @Override
  public void close() {
    http.close();
  }
}
