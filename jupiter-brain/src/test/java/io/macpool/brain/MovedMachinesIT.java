package io.macpool.brain;

import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DRS, or a person, moves machines about: slots follow, and hosts that are too full are named. */
class MovedMachinesIT {

  private static BrainLab lab(int hosts) {
    return new BrainLab(VCenterOptions.defaults().withHosts(hosts)).start();
  }

  private static String hostOf(BrainLab lab, String id) {
    return lab.vcenter().clones().stream()
        .filter(machine -> machine.name().equals(id))
        .findFirst()
        .orElseThrow()
        .host();
  }

  private static Map<String, JsonNode> hosts(BrainLab lab) throws Exception {
    Map<String, JsonNode> hosts = new HashMap<>();
    data(lab.get("/hosts")).forEach(host -> hosts.put(host.get("name").asText(), host));
    return hosts;
  }

  private static void await(String what, ThrowingRunnable assertion) {
    Awaitility.await(what).atMost(BrainLab.PATIENCE).untilAsserted(assertion);
  }

  private static String readiness(BrainLab lab) throws Exception {
    return lab.send(HttpRequest.newBuilder(lab.url("/health/ready")).build()).body();
  }

  @Test
  void aSlotFollowsItsMachine() throws Exception {
    try (BrainLab lab = lab(2)) {
      String id = id(lab.create());
      String from = hostOf(lab, id);
      String to = lab.vcenter().hosts().stream().filter(h -> !h.equals(from)).findFirst().get();
      lab.vcenter().move(id, to);
      await(
          "the slot is on the other host",
          () -> {
            assertThat(hosts(lab).get(to).get("used").asInt()).isEqualTo(1);
            assertThat(hosts(lab).get(from).get("free").asInt()).isEqualTo(2);
          });
      for (int i = 0; i < 3; i++) {
        assertThat(lab.create().statusCode()).isEqualTo(201);
      }
      assertThat(lab.create().statusCode()).isEqualTo(503);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
    }
  }

  @Test
  void aHostThatIsTooFullIsNamedAndGetsNothingNewUntilItIsNot() throws Exception {
    try (BrainLab lab = lab(2)) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ids.add(id(lab.create()));
      }
      String full =
          lab.vcenter().hosts().stream()
              .filter(h -> ids.stream().filter(id -> hostOf(lab, id).equals(h)).count() == 2)
              .findFirst()
              .orElseThrow();
      String moved = ids.stream().filter(id -> !hostOf(lab, id).equals(full)).findFirst().get();
      lab.vcenter().move(moved, full);
      await(
          "the overcommit is told of",
          () -> {
            assertThat(hosts(lab).get(full).get("reason").asText()).startsWith("1 VM beyond");
            assertThat(readiness(lab)).contains("\"status\":\"ok\"", "warnings", full + "=1");
            assertThat(lab.get("/metrics").body()).contains("hosts_overcommitted 1.0");
          });
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.create().statusCode()).isEqualTo(503);
      assertThat(onHost(lab, full)).isEqualTo(3);

      // One of the host's own goes: what was moved there gets its slot, and nobody else.
      String own = ids.stream().filter(id -> !id.equals(moved)).findFirst().get();
      assertThat(lab.call("DELETE", "/instances/" + own, null).statusCode()).isEqualTo(204);
      assertThat(lab.create().statusCode()).isEqualTo(503);
      await("all is well again", () -> assertThat(readiness(lab)).doesNotContain("warnings"));
      assertThat(lab.create().statusCode()).isEqualTo(503);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(3);
    }
  }

  private static long onHost(BrainLab lab, String host) {
    return lab.vcenter().clones().stream().map(MachineView::host).filter(host::equals).count();
  }

  /**
   * Whatever the policy, the host is named in the clone: vCenter's own choice could be a full one.
   */
  @ParameterizedTest
  @ValueSource(strings = {"spread", "pack", "drs"})
  void noPolicyOvercommits(String policy) throws Exception {
    VCenterOptions options = VCenterOptions.defaults().withHosts(2);
    try (BrainLab lab = new BrainLab(options).set("PLACEMENT", policy).start()) {
      for (int i = 0; i < 4; i++) {
        assertThat(lab.create().statusCode()).isEqualTo(201);
      }
      assertThat(lab.create().statusCode()).isEqualTo(503);
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
    }
  }
}
