package io.macpool.brain.tart;

import io.macpool.sim.tart.MacFleet;
import io.macpool.sim.tart.MacTimes;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.nio.file.Path;
import java.util.List;

class SimulatedSuspendIT extends SuspendContract {

  @Override
  MacFleet fleet(Path folder, String image) {
    return MacFleet.start(folder, 1, MacTimes.SHORT, GuestPower.addressesOnly(), List.of(image));
  }
}
