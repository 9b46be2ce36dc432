package io.macpool.sim.vcenter;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.VcsimProcess;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class VcsimContractIT extends VCenterContract {

  private static VcsimProcess vcsim;

  @BeforeAll
  static void start() {
    Optional<String> program = Peer.VCSIM.location();
    assumeTrue(program.isPresent(), "peer vcsim is not here: its contract is not tested");
    vcsim = VcsimProcess.start(program.get());
  }

  @AfterAll
  static void stop() {
    if (vcsim != null) {
      vcsim.close();
    }
  }

  @Override
  SoapClient connect() throws Exception {
    return new SoapClient(vcsim.url(), vcsim.user(), vcsim.password(), vcsim.certificate());
  }

  @Override
  String datacenter() {
    return "/DC0";
  }

  @Override
  String cluster() {
    return "/DC0/host/DC0_C0";
  }

  @Override
  boolean strict() {
    return false;
  }
}
