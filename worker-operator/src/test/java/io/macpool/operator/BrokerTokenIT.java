package io.macpool.operator;

import static io.macpool.operator.OperatorBench.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.macpool.sim.kubernetes.ApiCall.Verb;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A HardwarePool whose slots are a broker's, which wants a token. */
class BrokerTokenIT {

  private final OperatorBench bench = new OperatorBench("--capacity-poll-interval", "50ms");
  private final AtomicInteger answers = new AtomicInteger();
  private volatile String token = "one";
  private volatile int slots = 6;
  private HttpServer broker;

  @BeforeEach
  void startBroker() throws IOException {
    broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    broker.createContext("/capacity", this::answer);
    broker.start();
  }

  @AfterEach
  void stop() {
    bench.close();
    broker.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean right =
          ("token " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"));
      byte[] body =
          "{\"data\":[{\"slots\":{\"total\":%d,\"used\":0,\"warm\":0,\"free\":0}}]}"
              .formatted(slots)
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(right ? 200 : 401, body.length);
      exchange.getResponseBody().write(body);
      answers.incrementAndGet();
    }
  }

  private void apply(String secret) {
    bench.apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: broker}
        data: {token: %s}
        """
            .formatted(
                Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void theSecretIsReadOnceAndAgainWhenTheBrokerRefusesWhatItHeld() {
    apply("one");
    bench.apply(
        """
        apiVersion: travisci.com/v1alpha1
        kind: HardwarePool
        metadata: {name: macs}
        spec: {brokerUrl: "http://127.0.0.1:%d", brokerTokenSecret: {name: broker, key: token}}
        """
            .formatted(broker.getAddress().getPort()));
    bench.start();
    eventually(() -> assertThat(slotsShown()).contains(6));
    int seen = answers.get();
    eventually(() -> assertThat(answers.get()).isGreaterThan(seen + 5));
    assertThat(bench.simulator().calls().of(Verb.GET, "secrets")).isEqualTo(1);

    token = "two";
    apply("two");
    slots = 9;
    eventually(() -> assertThat(slotsShown()).contains(9));
  }

  private Optional<Integer> slotsShown() {
    return Optional.ofNullable(bench.pool("macs").getStatus()).map(status -> status.slots);
  }
}
