package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.options.VCenterOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class VCenterSimulatorContractTest extends VCenterContract {

  private static VCenterSimulator vcenter;

  @BeforeAll
  static void start() {
    vcenter = VCenterSimulator.start(VCenterOptions.defaults());
  }

  @AfterAll
  static void stop() {
    vcenter.close();
  }

  @Override
  SoapClient connect() throws Exception {
    return new SoapClient(vcenter);
  }

  @Override
  String datacenter() {
    return "/Datacenter";
  }

  @Override
  String cluster() {
    return "/Datacenter/host/Cluster";
  }

  @Override
  boolean strict() {
    return true;
  }
}
