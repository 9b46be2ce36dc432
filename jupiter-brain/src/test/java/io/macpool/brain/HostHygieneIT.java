package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.macpool.brain.ledger.Ledger;
import io.macpool.broker.BrokerJson;
import io.macpool.core.hygiene.FailureDomain;
import io.macpool.core.hygiene.HostFault;
import io.macpool.core.hygiene.HostHygienePlanner.Plan;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import io.macpool.core.hygiene.HostRepair;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hosts of the simulated vCenter that have been up for long, and a web service that reboots them.
 */
class HostHygieneIT {

  private final List<JsonNode> orders = new CopyOnWriteArrayList<>();
  private ServerSocket ssh;
  private HttpServer hook;

  @BeforeEach
  void listen() throws IOException {
    ssh = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        exchange -> {
          orders.add(BrokerJson.mapper().readTree(exchange.getRequestBody().readAllBytes()));
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

  private BrainLab lab() {
    return new BrainLab(VCenterOptions.defaults().withHosts(2).withGuests(WarmPoolIT.LOCAL))
        .set("SSH_PORT", Integer.toString(ssh.getLocalPort()))
        .set("HYGIENE_IN_SERVICE", "50");
  }

  /** Puts on record that a host was asked three times, and did not reboot. */
  static void askedInVain(Path ledgerFile, int hosts) {
    try (Ledger ledger = Ledger.open(DatabaseAddress.file(ledgerFile), 1)) {
      Instant now = ledger.clock().instant();
      String host = "host-" + (1000 + hosts);
      HostFault fault =
          new HostFault(HostFault.Cause.UPTIME, Optional.empty(), now, "it has been up for long");
      HostRepair repair =
          new HostRepair(
              host,
              HostRepair.Phase.FAILED,
              fault,
              FailureDomain.of(host, "pool", Optional.empty(), fault),
              Optional.of(now),
              3,
              1,
              now,
              now.plus(Duration.ofHours(1)));
      assertThat(
              ledger.keep(
                  ledger.hygiene(), new Plan(List.of(), new State(Map.of(host, repair), Map.of()))))
          .isTrue();
    }
  }

  private static ConditionFactory soon() {
    return await().atMost(BrainLab.PATIENCE).pollInterval(Duration.ofMillis(100));
  }

  private static JsonNode host(BrainLab lab, String name) throws Exception {
    for (JsonNode host : BrainLab.data(lab.get("/hosts"))) {
      if (host.path("name").asText().equals(name)) {
        return host;
      }
    }
    throw new AssertionError("no host " + name);
  }

  private static String hygiene(BrainLab lab, String host) throws Exception {
    return host(lab, host).path("hygiene").asText();
  }

  /** Ids of instances by the name of their host. */
  static Map<String, String> instances(BrainLab lab) throws Exception {
    Map<String, String> ids = new HashMap<>();
    for (JsonNode instance : BrainLab.data(lab.get("/instances"))) {
      ids.put(instance.path("host").asText(), instance.path("id").asText());
    }
    return ids;
  }

  @Test
  void aHostIsRebootedWhenItsJobsHaveEndedOnceAndTakenBackWhenItWorks(@TempDir Path folder)
      throws Exception {
    try (BrainLab lab = lab()) {
      lab.set("LEDGER_FILE", folder.resolve("ledger").toString())
          .set("HYGIENE_REBOOT", "http://127.0.0.1:" + hook.getAddress().getPort() + "/reboot")
          .start();
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.create().statusCode()).isEqualTo(201);
      String old = lab.vcenter().hosts().get(0);
      String job = instances(lab).get(old);
      assertThat(job).as("the job on " + old).isNotNull();

      lab.vcenter().administrator().upSince(old, Instant.now().minus(Duration.ofDays(43)));
      soon().until(() -> hygiene(lab, old).equals("draining"));
      soon().until(() -> host(lab, old).path("cordoned-by").asText().equals(Ledger.HYGIENE));
      soon().until(() -> host(lab, old).path("hygiene-reason").asText().startsWith("1 still on"));
      assertThat(orders).as("while a job runs").isEmpty();
      assertThat(lab.call("DELETE", "/instances/" + job, null).statusCode()).isEqualTo(204);
      soon().until(() -> !orders.isEmpty());
      assertThat(orders.get(0).path("host").asText()).isEqualTo(old);
      assertThat(orders.get(0).path("reason").asText()).contains("43 days");

      lab.stop(); // and another broker goes on: it must not ask again
      lab.start();
      soon().until(() -> hygiene(lab, old).equals("rebooting"));
      soon()
          .until(() -> host(lab, old).path("hygiene-reason").asText().contains("has not changed"));
      assertThat(orders).hasSize(1);

      lab.vcenter().administrator().rebooted(old, Instant.now());
      soon().until(() -> hygiene(lab, old).equals("watched"));
      soon().until(() -> host(lab, old).path("state").asText().equals("ready"));
      soon().until(() -> lab.vcenter().clones().size() == 1); // the other job; the trial has gone
      assertThat(orders).hasSize(1);
      assertThat(lab.get("/metrics").body())
          .contains("hosts_hygiene{phase=\"watched\"} 1.0")
          .contains("hosts_hygiene_in_vain 0.0");
    }
  }

  @Test
  void aHostThatWasAskedInVainIsTold(@TempDir Path folder) throws Exception {
    askedInVain(folder.resolve("ledger"), 2);
    try (BrainLab lab = lab()) {
      lab.set("LEDGER_FILE", folder.resolve("ledger").toString())
          .set("HYGIENE_REBOOT", "http://127.0.0.1:1/")
          .start();
      soon().until(() -> hygiene(lab, lab.vcenter().hosts().get(1)).equals("failed"));
      assertThat(lab.get("/metrics").body()).contains("hosts_hygiene_in_vain 1.0");
      assertThat(lab.readiness()).contains("hosts whose repair failed");
    }
  }

  @Test
  void aDryRunOnlySaysWhatItWouldDo() throws Exception {
    try (BrainLab lab = lab()) {
      lab.set("HYGIENE_DRY_RUN", "true").start();
      String old = lab.vcenter().hosts().get(1);
      lab.vcenter().administrator().upSince(old, Instant.now().minus(Duration.ofDays(43)));
      soon().until(() -> host(lab, old).path("hygiene-reason").asText().contains("43 days"));
      assertThat(host(lab, old).path("state").asText()).isEqualTo("ready");
      assertThat(host(lab, old).has("hygiene")).isFalse();
      assertThat(host(lab, old).path("booted").asText()).isNotEmpty();
    }
  }
}
