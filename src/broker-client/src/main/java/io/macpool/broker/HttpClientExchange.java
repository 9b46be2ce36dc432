package io.macpool.broker;

import io.macpool.broker.net.BoundedExchange;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** For services: many calls at once, none of which holds a thread. */
final class HttpClientExchange implements Exchange {

  private final HttpClient http;

  HttpClientExchange(Executor executor) {
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_DEADLINE)
            .executor(executor)
            .build();
  }

  @Override
  public CompletableFuture<Answer> send(Request request) {
    BodyPublisher body =
        request.body().map(BodyPublishers::ofByteArray).orElseGet(BodyPublishers::noBody);
    HttpRequest.Builder built =
        HttpRequest.newBuilder(request.uri())
            .timeout(request.deadline())
            .method(request.method(), body);
    request.headers().forEach(built::header);
    return BoundedExchange.send(http, built.build(), LONGEST_ANSWER)
        .thenApply(
            answer ->
                new Answer(
                    answer.statusCode(),
                    answer.headers().firstValue("Retry-After"),
                    answer.body()));
  }
}
