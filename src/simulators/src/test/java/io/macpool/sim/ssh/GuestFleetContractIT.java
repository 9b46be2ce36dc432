package io.macpool.sim.ssh;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class GuestFleetContractIT extends SshGuestContract {

  @TempDir static Path temp;
  private static GuestFleet fleet;

  @BeforeAll
  static void start() {
    fleet = GuestFleet.start(GuestFleetOptions.in(temp.resolve("guests")));
    fleet.boot("guest");
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  @Override
  Target target() {
    return new Target(
        GuestFleet.USER, fleet.address("guest").orElseThrow(), fleet.sshPort(), fleet.clientKey());
  }
}
