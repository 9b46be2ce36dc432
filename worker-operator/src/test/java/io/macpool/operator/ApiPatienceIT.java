package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a call that the API does not want now is tried again. */
class ApiPatienceIT {

  private static final Duration CALL = Duration.ofSeconds(6);

  /** What is answered, in turn; then 200. */
  private record Answer(int status, String retryAfter) {}

  private final Queue<Answer> answers = new ArrayDeque<>();
  private final List<Long> calls = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final ApiPatience patience = new ApiPatience(CALL, nanos::get);
  private HttpServer server;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .withNamespace("ns")
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .withHttpClientBuilderConsumer(
                http -> {
                  int number = 0;
                  for (Interceptor repetition : patience.interceptors()) {
                    number++;
                    http.addOrReplaceInterceptor("repetition " + number, repetition);
                  }
                })
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      calls.add(System.nanoTime());
      Answer answer = answers.isEmpty() ? new Answer(200, "") : answers.remove();
      if (!answer.retryAfter().isEmpty()) {
        exchange.getResponseHeaders().add("Retry-After", answer.retryAfter());
      }
      byte[] body =
          "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}"
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Resource<ConfigMap> map() {
    return client.configMaps().withName("a");
  }

  private void create() {
    client
        .configMaps()
        .resource(new ConfigMapBuilder().withNewMetadata().withName("a").endMetadata().build())
        .create();
  }

  @Test
  void itWaitsAsLongAsTheApiAsksFor() {
    answers.add(new Answer(429, "1"));
    create(); // a 429 was not carried out: a creation, too, may come again
    assertThat(calls).hasSize(2);
    assertThat(Duration.ofNanos(calls.get(1) - calls.get(0)))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
    assertThat(patience.asked()).isEmpty();
  }

  @Test
  void moreTimeThanACallHasIsLeftToTheRounds() {
    answers.add(new Answer(429, "60"));
    assertThatThrownBy(() -> map().get()).isInstanceOf(KubernetesClientException.class);
    assertThat(calls).hasSize(1);
    assertThat(patience.asked()).contains(Duration.ofSeconds(60));
    nanos.addAndGet(Duration.ofSeconds(61).toNanos());
    assertThat(patience.asked()).isEmpty();
  }

  @Test
  void aCreationThatMayHaveBeenCarriedOutIsNotRepeated() {
    answers.add(new Answer(503, ""));
    assertThatThrownBy(this::create).isInstanceOf(KubernetesClientException.class);
    assertThat(calls).hasSize(1);
  }

  @Test
  void aReadIsRepeatedThreeTimesAndNoMore() {
    for (int i = 0; i < 9; i++) {
      answers.add(new Answer(500, ""));
    }
    assertThatThrownBy(() -> map().get()).isInstanceOf(KubernetesClientException.class);
    assertThat(calls).hasSize(4);
  }
}
