package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * Answers without a network, as the JDK's client hands answers on: an answer whose end is told and
 * does not come is a failure, one whose end is not told is taken for whole.
 */
final class FuzzedHttpClient extends HttpClient {

  private final Supplier<FuzzedAnswer> answers;
  private final List<HttpRequest> requests = new ArrayList<>();

  FuzzedHttpClient(Supplier<FuzzedAnswer> answers) {
    this.answers = answers;
  }

  List<HttpRequest> requests() {
    return requests;
  }

  /** What a request carries. */
  static String body(HttpRequest request) {
    BodySubscriber<String> collected = HttpResponse.BodySubscribers.ofString(UTF_8);
    request
        .bodyPublisher()
        .orElseThrow()
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                collected.onSubscribe(subscription);
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(ByteBuffer bytes) {
                collected.onNext(List.of(bytes));
              }

              @Override
              public void onError(Throwable failure) {
                collected.onError(failure);
              }

              @Override
              public void onComplete() {
                collected.onComplete();
              }
            });
    return collected.getBody().toCompletableFuture().join();
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    requests.add(request);
    FuzzedAnswer answer = answers.get();
    Info info = new Info(answer.status(), HttpHeaders.of(answer.headers(), (name, value) -> true));
    BodySubscriber<T> body = handler.apply(info);
    Subscription subscription = new Subscription();
    body.onSubscribe(subscription);
    byte[] bytes = answer.body();
    for (int from = 0; from < bytes.length && !subscription.cancelled; from += 1000) {
      body.onNext(List.of(ByteBuffer.wrap(bytes, from, Math.min(1000, bytes.length - from))));
    }
    boolean told =
        answer.headers().containsKey("Content-Length")
            || answer.headers().containsKey("Transfer-Encoding");
    if (!subscription.cancelled && told && !answer.isWhole()) {
      body.onError(new IOException("closed"));
    } else if (!subscription.cancelled) {
      body.onComplete();
    }
    return body.getBody()
        .toCompletableFuture()
        .thenApply(got -> new Response<>(request, info, got));
  }

  private static final class Subscription implements Flow.Subscription {

    private boolean cancelled;

    @Override
    public void request(long count) {
      // all comes at once
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private record Info(int statusCode, HttpHeaders headers) implements ResponseInfo {

    @Override
    public Version version() {
      return Version.HTTP_1_1;
    }
  }

  private record Response<T>(HttpRequest request, Info info, T body) implements HttpResponse<T> {

    @Override
    public int statusCode() {
      return info.statusCode();
    }

    @Override
    public HttpHeaders headers() {
      return info.headers();
    }

    @Override
    public Optional<HttpResponse<T>> previousResponse() {
      return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
      return Optional.empty();
    }

    @Override
    public URI uri() {
      return request.uri();
    }

    @Override
    public Version version() {
      return Version.HTTP_1_1;
    }
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushed) {
    return sendAsync(request, handler);
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
    return sendAsync(request, handler).join();
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return Optional.empty();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return Optional.empty();
  }

  @Override
  public Redirect followRedirects() {
    return Redirect.NEVER;
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return Optional.empty();
  }

  @Override
  public SSLContext sslContext() {
    return InsecureTrust.context();
  }

  @Override
  public SSLParameters sslParameters() {
    return new SSLParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return Optional.empty();
  }

  @Override
  public Version version() {
    return Version.HTTP_1_1;
  }

  @Override
  public Optional<Executor> executor() {
    return Optional.empty();
  }
}
