package io.macpool.sim.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.sim.broker.BrokerFaults.Call;
import io.macpool.sim.net.Hold;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerSimulatorTest {

  private static final String NEW = "{\"data\":{\"type\":\"instances\",\"base-image\":\"xcode\"}}";

  /** Guests that are remembered while they run. */
  private static final class Guests implements GuestPower {
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    @Override
    public String boot(String name) {
      running.add(name);
      return "127.9.9.9";
    }

    @Override
    public void kill(String name) {
      running.remove(name);
    }
  }

  private final Guests guests = new Guests();
  private final BrokerSimulator broker = BrokerSimulator.start(1, guests);

  /** As workers speak: a connection of HTTP/2 ends only once all is answered. */
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void anInstanceComesToLifeAndGoes() throws Exception {
    HttpResponse<String> created = send("POST", "/instances", NEW, "");
    assertThat(created.statusCode()).isEqualTo(201);
    String id = data(created).path("id").asText();
    assertThat(created.headers().firstValue("Location")).contains("/instances/" + id);
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> addresses(id).equals("[\"fe80::1\",\"127.9.9.9\"]"));
    assertThat(data(send("GET", "/capacity", "", "")).path("slots").path("free").asInt()).isZero();
    assertThat(send("DELETE", "/instances/" + id, "", "").statusCode()).isEqualTo(204);
    assertThat(guests.running).isEmpty();
    assertThat(send("GET", "/instances/" + id, "", "").statusCode()).isEqualTo(404);
    assertThat(broker.created()).isEqualTo(1);
    assertThat(broker.destroyed()).isEqualTo(1);
  }

  @Test
  void aFullPoolAsksToComeAgain() throws Exception {
    send("POST", "/instances", NEW, "");
    HttpResponse<String> full = send("POST", "/instances", NEW, "");
    assertThat(full.statusCode()).isEqualTo(503);
    assertThat(full.headers().firstValue("Retry-After")).isPresent();
    broker.resize(2);
    assertThat(send("POST", "/instances", NEW, "").statusCode()).isEqualTo(201);
    assertThat(broker.peak()).isEqualTo(2);
    assertThat(broker.refused()).isEqualTo(1);
  }

  @Test
  void theSameKeyMakesTheSameInstance() throws Exception {
    broker.faults().loseAnswer(2, call -> call.method().equals("POST"));
    assertThatThrownBy(() -> send("POST", "/instances", NEW, "k")).isInstanceOf(IOException.class);
    broker.faults().clear();
    assertThat(send("POST", "/instances", NEW, "k").statusCode()).isEqualTo(201);
    assertThat(broker.created()).isEqualTo(1);
  }

  @Test
  void refusesWhatTheContractRefuses() throws Exception {
    assertThat(send("POST", "/instances", "not json", "").statusCode()).isEqualTo(400);
    assertThat(send("POST", "/instances", "{}", "").statusCode()).isEqualTo(422);
    assertThat(send("POST", "/instances", NEW.replace("\"instances\"", "\"vm\""), "").statusCode())
        .isEqualTo(409);
    assertThat(send("GET", "/instances?min_age=soon", "", "").statusCode()).isEqualTo(400);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(URI.create(base() + "/instances")).build(),
                    BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void failsAsTold() throws Exception {
    broker.faults().fail(1, 500, call -> call.path().equals("/capacity"));
    assertThat(send("GET", "/capacity", "", "").statusCode()).isEqualTo(500);
    assertThat(send("GET", "/capacity", "", "").statusCode()).isEqualTo(200);
  }

  @Test
  void holdsCallsBackUntilTheyAreLetGo() throws Exception {
    CompletableFuture<HttpResponse<String>> held;
    try (Hold hold = broker.faults().hold(Call::isCreate)) {
      held = CompletableFuture.supplyAsync(this::create);
      await().until(() -> hold.held() == 1);
      assertThat(broker.created()).isZero();
      assertThat(send("GET", "/capacity", "", "").statusCode()).isEqualTo(200);
    }
    assertThat(held).succeedsWithin(Duration.ofSeconds(5));
    assertThat(broker.instances()).hasSize(1);
    assertThat(create().statusCode()).isEqualTo(503);
  }

  @Test
  void anAddressIsHeldBackUntilItIsLetGo() throws Exception {
    broker.withholdAddresses(true);
    String id = data(create()).path("id").asText();
    await().until(() -> guests.running.contains(id));
    assertThat(addresses(id)).isEqualTo("null");
    broker.withholdAddresses(false);
    await().until(() -> addresses(id).contains("127.9.9.9"));
  }

  @Test
  void anInstanceDestroyedBySomebodyElseIsGone() throws Exception {
    String id = data(create()).path("id").asText();
    broker.destroy(id);
    assertThat(broker.instances()).isEmpty();
    assertThat(send("GET", "/instances/" + id, "", "").statusCode()).isEqualTo(404);
    await().until(guests.running::isEmpty);
  }

  @Test
  void leasesEndAsTheBrokersDo() throws Exception {
    String lease = "{\"data\":{\"type\":\"leases\",\"duration\":\"30s\"}}";
    assertThat(send("PUT", "/leases/a", lease, "").statusCode()).isEqualTo(404);
    broker.knowLeases();
    assertThat(leased("a").statusCode()).isEqualTo(409);
    assertThat(send("PUT", "/leases/a", lease, "").statusCode()).isEqualTo(200);
    assertThat(leased("a").statusCode()).isEqualTo(201);
    broker.passTime(Duration.ofMinutes(1));
    assertThat(broker.instances()).as("nobody is heard").hasSize(1);
    send("PUT", "/leases/b", lease, "");
    assertThat(broker.instances()).isEmpty();
    assertThat(leased("b").statusCode()).isEqualTo(201);
    assertThat(send("DELETE", "/leases/b", "", "").statusCode()).isEqualTo(204);
    assertThat(broker.instances()).isEmpty();
  }

  private HttpResponse<String> leased(String lease) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(base() + "/instances"))
            .header("Authorization", "token " + broker.endpoint().getUserInfo())
            .header("Macpool-Lease", lease)
            .POST(BodyPublishers.ofString(NEW))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void closingEndsEveryGuest() throws Exception {
    send("POST", "/instances", NEW, "");
    broker.close();
    assertThat(guests.running).isEmpty();
  }

  private HttpResponse<String> create() {
    return assertDoesNotThrow(() -> send("POST", "/instances", NEW, ""));
  }

  private String addresses(String id) throws IOException, InterruptedException {
    return data(send("GET", "/instances/" + id, "", "")).path("ip-addresses").toString();
  }

  private String base() {
    return "http://127.0.0.1:" + broker.endpoint().getPort();
  }

  private HttpResponse<String> send(String method, String path, String body, String key)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base() + path))
            .header("Authorization", "token " + broker.endpoint().getUserInfo())
            .method(method, BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("Idempotency-Key", key);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode data(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body()).path("data").path(0);
  }
}
