package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.BrokerJson;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host that vCenter itself reboots, and what a reader of events hears of it. */
class HostRebootIT {

  private static final String OLD = "mac-0002.example.com";

  private final List<JsonNode> heard = new CopyOnWriteArrayList<>();
  private ServerSocket ssh;

  @BeforeEach
  void listen() throws IOException {
    ssh = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    ssh.close();
  }

  /** Takes in events of hosts until the stream ends. */
  private void read(InputStream events) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
      boolean ofHost = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ")) {
          ofHost = line.equals("event: host");
        } else if (ofHost && line.startsWith("data: ")) {
          heard.add(BrokerJson.mapper().readTree(line.substring("data: ".length())));
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private List<String> phases() {
    return heard.stream().map(event -> event.path("hygiene").asText()).distinct().toList();
  }

  @Test
  void anOldHostIsRebootedByVCenterOnceAndItsRepairIsTold() throws Exception {
    try (BrainLab lab =
        new BrainLab(VCenterOptions.defaults().withHosts(2).withGuests(WarmPoolIT.LOCAL))) {
      lab.set("SSH_PORT", Integer.toString(ssh.getLocalPort()))
          .set("HYGIENE_IN_SERVICE", "50")
          .set("HYGIENE_REBOOT", "provider")
          .start();
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.create().statusCode()).isEqualTo(201);
      String job = HostHygieneIT.instances(lab).get(OLD);
      InputStream events =
          HttpClient.newHttpClient()
              .send(
                  lab.request("/events").timeout(Duration.ofMinutes(5)).build(),
                  BodyHandlers.ofInputStream())
              .body();
      Thread reader = new Thread(() -> read(events), "events");
      reader.start();
      try {
        lab.vcenter().administrator().upSince(OLD, Instant.now().minus(Duration.ofDays(43)));
        await("told").atMost(BrainLab.PATIENCE).until(() -> phases().contains("draining"));
        assertThat(lab.vcenter().reboots()).as("while a job runs").isZero();
        assertThat(lab.call("DELETE", "/instances/" + job, null).statusCode()).isEqualTo(204);
        await("back").atMost(BrainLab.PATIENCE).until(() -> phases().contains("watched"));
        assertThat(lab.vcenter().reboots()).isOne();
        assertThat(heard.get(0).path("name").asText()).isEqualTo(OLD);
        assertThat(heard.get(0).path("hygiene-reason").asText()).contains("43 days");
      } finally {
        events.close();
        reader.join();
      }
    }
  }
}
