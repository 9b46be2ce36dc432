package io.macpool.brain.tart;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.Peer;
import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

class SshdSuspendIT extends SuspendContract {

  @BeforeAll
  static void find() {
    assumeTrue(
        Peer.SSHD.location().isPresent(),
        "peer sshd is not here: suspended guests are not tried behind it");
  }

  @Override
  MacFleet fleet(Path folder, String image) {
    return MacFleet.startBehindSshd(
        folder, 1, MacTimes.SHORT, GuestPower.addressesOnly(), List.of(image));
  }
}
