package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.Instance;
import io.macpool.core.fleet.Endpoint;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guests in tart's NAT, which clients reach through their broker. */
@Timeout(240)
class RelayIT {

  private static final String ARM = "macos-26-xcode-26";
  private static final int MILLIS = 5_000;

  @TempDir Path directory;

  private GuestFleet guests;
  private MacFleet fleet;
  private BrainLab lab;

  @BeforeEach
  void start() throws Exception {
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.73.0.1"));
    fleet = MacFleet.start(directory.resolve("macs"), 1, MacTimes.SHORT, guests, List.of(ARM));
    lab = new BrainLab(VCenterOptions.defaults().withHosts(1));
    lab.set("TART_HOSTS", written("hosts.yaml", fleet.hostsFile()))
        .set("TART_KEY_FILE", fleet.keyFile().toString())
        .set("TART_KNOWN_HOSTS", written("known_hosts", fleet.knownHosts()))
        .set("TART_INTERVAL", "1s")
        .set("TART_SETTLE", "400ms")
        .set("SSH_PORT", Integer.toString(guests.sshPort()))
        .set("GUEST_RELAY_ADDR", "127.0.0.1")
        .start();
    Awaitility.await("slots of both")
        .atMost(BrainLab.PATIENCE)
        .until(
            () ->
                BrainLab.data(lab.get("/capacity")).get(0).get("slots").get("total").asInt() == 4);
  }

  private String written(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @AfterEach
  void stop() {
    lab.close();
    fleet.close();
    guests.close();
  }

  private HttpResponse<String> createKnowingEndpoints() throws Exception {
    return lab.send(
        lab.request("/instances")
            .header(Instance.KNOWS_ENDPOINTS, "yes")
            .POST(BodyPublishers.ofString(BrainLab.order(ARM)))
            .build());
  }

  /** A Mac is seen before its slots are on record: till then it is full. */
  private HttpResponse<String> made() {
    return Awaitility.await("an instance")
        .atMost(BrainLab.PATIENCE)
        .until(this::createKnowingEndpoints, answer -> answer.statusCode() == 201);
  }

  private Endpoint endpoint(String id) {
    JsonNode told =
        Awaitility.await("an endpoint")
            .atMost(BrainLab.PATIENCE)
            .until(
                () -> BrainLab.data(lab.get("/instances/" + id)).get(0),
                instance -> instance.has("endpoints"));
    assertThat(told.get("ip-addresses")).isEmpty();
    assertThat(told.get("endpoints")).hasSize(1);
    JsonNode first = told.get("endpoints").get(0);
    return Endpoint.of(first.get("address").asText(), first.get("port").asInt());
  }

  private static Socket dial(Endpoint endpoint) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(MILLIS);
    socket.connect(new InetSocketAddress(endpoint.address(), endpoint.portOr(0)), MILLIS);
    return socket;
  }

  /** What whoever answers says first; empty if it says nothing and ends. */
  private static Optional<String> word(Socket socket) throws IOException {
    byte[] word = socket.getInputStream().readNBytes(4);
    return word.length == 0
        ? Optional.empty()
        : Optional.of(new String(word, StandardCharsets.US_ASCII));
  }

  @Test
  void whoKnowsNoEndpointsIsToldSo() throws Exception {
    HttpResponse<String> refused = lab.call("POST", "/instances", BrainLab.order(ARM));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(BrainLab.code(refused)).isEqualTo("needs-endpoint");
    assertThat(refused.body()).contains(Instance.KNOWS_ENDPOINTS);
    assertThat(fleet.mac("mac-1").localVms()).hasSize(1);
  }

  @Test
  void aGuestIsReachedAtAPortOfTheBrokersAsLongAsItLives() throws Exception {
    String id = BrainLab.id(made());
    Endpoint endpoint = endpoint(id);
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Socket socket = dial(endpoint);
        open.add(socket);
        assertThat(word(socket)).as("connection %d", i).contains("SSH-");
      }
      try (Socket tooMany = dial(endpoint)) {
        assertThat(word(tooMany)).isEmpty();
      }
      open.get(0).close();
      Awaitility.await("one that was closed makes room for another")
          .atMost(BrainLab.PATIENCE)
          .until(
              () -> {
                try (Socket another = dial(endpoint)) {
                  return word(another).isPresent();
                }
              });
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      open.get(1).setSoTimeout((int) Duration.ofSeconds(20).toMillis());
      assertThat(open.get(1).getInputStream().readAllBytes()).isNotNull(); // it ends
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
    Awaitility.await("nobody listens there any more")
        .atMost(BrainLab.PATIENCE)
        .until(
            () -> {
              try (Socket late = dial(endpoint)) {
                return !late.isConnected();
              } catch (IOException e) {
                return true;
              }
            });
  }

  @Test
  void aWarmGuestIsProvenThroughTheRelay() throws Exception {
    lab.stop();
    lab.set("WARM", ARM + "=1:1:30m").start();
    Awaitility.await("one waits warm, its SSH server seen")
        .atMost(BrainLab.PATIENCE)
        .until(() -> lab.get("/instances").body().contains("\"warm\":true"));
    HttpResponse<String> refused = lab.call("POST", "/instances", BrainLab.order(ARM));
    assertThat(BrainLab.code(refused)).isEqualTo("needs-endpoint");
    HttpResponse<String> given = createKnowingEndpoints();
    assertThat(given.statusCode()).as(given.body()).isEqualTo(201);
    try (Socket socket = dial(endpoint(BrainLab.id(given)))) {
      assertThat(word(socket)).contains("SSH-");
    }
  }
}
