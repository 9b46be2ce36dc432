package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LifeOfInstancesIT {

  @Test
  void anInstanceIsMadeSeenAndDestroyedWithFewCalls() throws Exception {
    VCenterOptions options =
        VCenterOptions.defaults()
            .withTimes(
                OperationTimes.none()
                    .withClone(Duration.ofMillis(50))
                    .withPowerOn(Duration.ofMillis(50)));
    try (BrainLab lab = new BrainLab(options).start()) {
      lab.vcenter().resetCalls();
      HttpResponse<String> created = lab.create();
      assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
      String id = id(created);
      assertThat(created.headers().firstValue("Location")).contains("/instances/" + id);
      assertThat(lab.vcenter().calls())
          .containsEntry("CloneVM_Task", 1L)
          .containsEntry("PowerOnVM_Task", 1L)
          .satisfies(
              calls ->
                  assertThat(calls.keySet())
                      .isSubsetOf("CloneVM_Task", "PowerOnVM_Task", "WaitForUpdatesEx"));

      JsonNode seen =
          Awaitility.await("an address")
              .atMost(BrainLab.PATIENCE)
              .pollInterval(Duration.ofMillis(20))
              .until(
                  () -> data(lab.get("/instances/" + id)).get(0),
                  instance -> !instance.get("ip-addresses").isEmpty());
      assertThat(seen.get("state").asText()).isEqualTo("powered-on");
      assertThat(seen.get("base-image").asText()).isEqualTo(IMAGE);
      assertThat(seen.get("owner").asText()).isEqualTo("default");
      Instant made = Instant.parse(seen.get("created_at").asText());
      assertThat(Instant.parse(seen.get("expires-at").asText()))
          .isBetween(made.plus(Duration.ofHours(2)), made.plus(Duration.ofHours(2).plusSeconds(5)));
      assertThat(data(lab.get("/instances"))).hasSize(1);
      assertThat(data(lab.get("/instances?min_age=1h"))).isEmpty();
      assertThat(data(lab.get("/instances?min_age=0s"))).hasSize(1);

      MachineView machine = lab.vcenter().clones().get(0);
      assertThat(machine.name()).isEqualTo(id);
      assertThat(machine.linked()).isTrue();

      lab.vcenter().resetCalls();
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      assertThat(lab.vcenter().clones()).isEmpty();
      assertThat(lab.vcenter().calls())
          .containsEntry("PowerOffVM_Task", 1L)
          .containsEntry("Destroy_Task", 1L)
          .satisfies(
              calls ->
                  assertThat(calls.keySet())
                      .isSubsetOf("PowerOffVM_Task", "Destroy_Task", "WaitForUpdatesEx"));
      assertThat(lab.get("/instances/" + id).statusCode()).isEqualTo(404);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(404);
      assertThat(data(lab.get("/instances"))).isEmpty();
    }
  }

  @Test
  void cpusAndMemoryAreSetBeforePowerOn() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults()).start()) {
      String body =
          "{\"data\":{\"type\":\"instances\",\"base-image\":\""
              + IMAGE
              + "\",\"cpus\":6,\"ram\":12288}}";
      assertThat(lab.call("POST", "/instances", body).statusCode()).isEqualTo(201);
      MachineView machine = lab.vcenter().clones().get(0);
      assertThat(machine.cpus()).isEqualTo(6);
      assertThat(machine.memoryMb()).isEqualTo(12_288);
      assertThat(machine.poweredOn()).isTrue();
    }
  }

  @Test
  void aSizeThatNoHostTakesIsTheClientsOwnAndBlamesNobody() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withHosts(2)).start()) {
      for (Fault refusal :
          List.of(
              new Fault("ReconfigVM_Task", "InvalidArgument"),
              new Fault("ReconfigVM_Task", "MemorySizeNotSupported"),
              new Fault("PowerOnVM_Task", "NumVirtualCpusNotSupported"))) {
        lab.vcenter().faults().clear();
        lab.vcenter()
            .faults()
            .add(
                FaultRule.always(
                    refusal.call(), new FaultAction.TaskFault(refusal.type(), "refused")));
        lab.vcenter().resetCalls();
        HttpResponse<String> refused =
            lab.call("POST", "/instances", order(IMAGE).replace("}}", ",\"cpus\":8}}"));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
        assertThat(refused.body()).contains("size-refused").contains(refusal.type());
        assertThat(refused.headers().firstValue("Retry-After")).isEmpty();
        assertThat(lab.vcenter().calls()).containsEntry("CloneVM_Task", 1L);
      }
      lab.vcenter().faults().clear();
      assertThat(lab.create().statusCode()).isEqualTo(201);
    }
  }

  private record Fault(String call, String type) {}

  @Test
  void aFullPoolSaysSoAndNeverOvercommits() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withHosts(2)).start()) {
      for (int i = 0; i < 4; i++) {
        assertThat(lab.create().statusCode()).isEqualTo(201);
      }
      HttpResponse<String> refused = lab.create();
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused.body()).contains("pool-full").contains("2 full");
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
      assertThat(lab.call("POST", "/instances", order("no-such-image")).statusCode())
          .isEqualTo(404);
    }
  }

  @Test
  void aSlotIsToBeHadAsSoonAsItsInstanceIsDestroyed() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withHosts(1)).start()) {
      HttpResponse<String> kept = lab.create();
      assertThat(kept.statusCode()).isEqualTo(201);
      for (int i = 0; i < 30; i++) {
        HttpResponse<String> made = lab.create();
        assertThat(made.statusCode()).as("round %d: %s", i, made.body()).isEqualTo(201);
        assertThat(lab.call("DELETE", "/instances/" + id(made), null).statusCode()).isEqualTo(204);
      }
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isEqualTo(2);
    }
  }
}
