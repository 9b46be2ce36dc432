package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.sun.net.httpserver.HttpServer;
import io.macpool.broker.BrokerJson;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two brokers with one ledger repair one host: whoever leads goes on where the other stopped. */
class HygieneReplicasIT {

  private static final String OLD = "mac-0002.example.com";

  private final List<String> orders = new CopyOnWriteArrayList<>();
  private ServerSocket ssh;
  private HttpServer hook;

  @BeforeEach
  void listen() throws IOException {
    ssh = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        exchange -> {
          JsonNode order = BrokerJson.mapper().readTree(exchange.getRequestBody().readAllBytes());
          orders.add(order.path("host").asText() + " " + order.path("attempt").asInt());
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    hook.start();
  }

  @AfterEach
  void close() throws IOException {
    hook.stop(0);
    ssh.close();
  }

  private static ConditionFactory soon() {
    return await().atMost(BrainLab.PATIENCE).pollInterval(Duration.ofMillis(200));
  }

  private static JsonNode old(BrainLab lab, JupiterBrain brain) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + brain.port() + "/hosts"))
            .timeout(BrainLab.PATIENCE)
            .header("Authorization", "token secret")
            .build();
    JsonNode hosts = BrokerJson.mapper().readTree(lab.send(request).body()).path("data");
    for (JsonNode host : hosts) {
      if (host.path("name").asText().equals(OLD)) {
        return host;
      }
    }
    return MissingNode.getInstance(); // it has not been seen there yet
  }

  @Test
  void aHostIsAskedOnceThoughTheLeaderGoesWhileItReboots() throws Exception {
    try (SharedPostgres postgres = new SharedPostgres();
        BrainLab lab =
            new BrainLab(VCenterOptions.defaults().withHosts(2).withGuests(WarmPoolIT.LOCAL))) {
      lab.set("DATABASE_URL", postgres.database())
          .set("SSH_PORT", Integer.toString(ssh.getLocalPort()))
          .set("HYGIENE_IN_SERVICE", "50")
          .set("HYGIENE_REBOOT", "http://127.0.0.1:" + hook.getAddress().getPort() + "/reboot")
          .start();
      try (JupiterBrain second = JupiterBrain.start(lab.settings())) {
        soon().until(() -> old(lab, second).path("state").asText().equals("ready"));
        lab.vcenter().administrator().upSince(OLD, Instant.now().minus(Duration.ofDays(43)));
        soon().until(() -> old(lab, second).path("hygiene").asText().equals("rebooting"));
        soon().until(() -> orders.size() == 1);

        lab.stop();
        soon()
            .until(
                () -> old(lab, second).path("hygiene-reason").asText().contains("has not changed"));
        assertThat(orders).containsExactly(OLD + " 1");

        lab.start(); // the first is back, and follows
        lab.vcenter().administrator().rebooted(OLD, Instant.now());
        soon().until(() -> old(lab, second).path("hygiene").asText().equals("watched"));
        soon().until(() -> lab.get("/hosts").body().contains("\"watched\""));
        assertThat(orders).containsExactly(OLD + " 1");
      }
    }
  }
}
