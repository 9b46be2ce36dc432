package io.macpool.brain.vsphere;

import io.macpool.sim.vcenter.BaseImage;
import io.macpool.sim.vcenter.VCenterOptions;
import io.macpool.sim.vcenter.VCenterSimulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

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
}
