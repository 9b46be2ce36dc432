package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.peer.GuestPowerServer;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.VcsimProcess;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** govmomi's simulator has no guests: it borrows ours. */
@Timeout(60)
class VcsimGuestsIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void aMachineOfGovmomisRunsOurGuest(@TempDir Path temp) throws Exception {
    Optional<String> program = Peer.VCSIM.location();
    assumeTrue(program.isPresent(), "peer vcsim is not here: lending guests is not tested");
    try (GuestFleet fleet = GuestFleet.start(GuestFleetOptions.in(temp.resolve("guests")));
        GuestPowerServer lent = GuestPowerServer.start(fleet, 0);
        VcsimProcess vcsim = VcsimProcess.start(program.get(), "-guests", lent.url().toString())) {
      SoapClient client =
          new SoapClient(vcsim.url(), vcsim.user(), vcsim.password(), vcsim.certificate()).login();
      String image = client.find("/DC0/vm/Base/macos-15-xcode-16");
      String vm =
          client
              .run(
                  "CloneVM_Task",
                  image,
                  SoapClient.ref("folder", "Folder", client.find("/DC0/vm/Clones"))
                      + "<name>lent</name><spec><location>"
                      + SoapClient.ref(
                          "pool",
                          "ResourcePool",
                          client.read(
                              "ClusterComputeResource",
                              client.find("/DC0/host/DC0_C0"),
                              "resourcePool"))
                      + "</location><template>false</template><powerOn>false</powerOn></spec>")
              .result();
      client.run("PowerOnVM_Task", vm, "");
      await()
          .atMost(SOON)
          .until(() -> !client.read("VirtualMachine", vm, "guest.ipAddress").isEmpty());
      assertThat(client.read("VirtualMachine", vm, "guest.ipAddress"))
          .isEqualTo(fleet.address("lent").orElseThrow());

      client.run("PowerOffVM_Task", vm, "");

      await().atMost(SOON).until(() -> fleet.running().isEmpty());
      await()
          .atMost(SOON)
          .until(() -> client.read("VirtualMachine", vm, "guest.ipAddress").isEmpty());
    }
  }
}
