package io.macpool.brain.vsphere;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.vsphere.access.InventoryPaths;
import io.macpool.core.fleet.PowerState;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SimulatedHypervisorIT extends VCenterContract {

  private static VCenterSimulator vcenter;

  @BeforeAll
  static void start() {
    vcenter =
        VCenterSimulator.start(
            VCenterOptions.defaults()
                .withImages(
                    BaseImage.of(IMAGE),
                    BaseImage.of(DEEP).withSnapshots("fresh", "base", "patched")));
  }

  @AfterAll
  static void stop() {
    vcenter.close();
  }

  @Override
  Place place() {
    return new Place(
        vcenter.url(),
        vcenter.user(),
        vcenter.password(),
        vcenter.thumbprint(),
        new InventoryPaths(vcenter.basePath(), vcenter.vmPath(), vcenter.clusterPath()));
  }

  @Override
  boolean whole() {
    return true;
  }

  @Test
  void aHostIsRebootedOnlyWhileNothingRunsThere() throws Exception {
    String ref = newClone("runs");
    get(hypervisor().powerOn(ref));
    String host = await("runs", m -> m.power() == PowerState.ON).host().orElseThrow();
    assertThat(hypervisor().lastKnown().hosts().get(host).traits().vitals().build())
        .contains("ESXi 20328353");
    HypervisorFailure refused = failure(hypervisor().reboot(host));
    assertThat(refused.kind()).isEqualTo("HostInUse");
    assertThat(refused).hasMessageContaining("runs");
    assertThat(vcenter.reboots()).isZero();
    get(hypervisor().powerOff(ref));
    get(hypervisor().destroy(ref));
    Instant before = hypervisor().lastKnown().hosts().get(host).bootTime().orElseThrow();
    get(hypervisor().reboot(host));
    Awaitility.await("another boot time")
        .atMost(LIMIT)
        .until(
            () ->
                hypervisor()
                    .lastKnown()
                    .hosts()
                    .get(host)
                    .bootTime()
                    .filter(boot -> boot.isAfter(before))
                    .isPresent());
    assertThat(vcenter.reboots()).isOne();
  }
}
