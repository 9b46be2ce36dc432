package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class VCenterSimulatorTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String IMAGE = "/Datacenter/vm/Base/macos-15-xcode-16";

  private VCenterSimulator vcenter;

  private SoapClient start(VCenterOptions options) throws Exception {
    vcenter = VCenterSimulator.start(options);
    return new SoapClient(vcenter).login();
  }

  @AfterEach
  void stop() {
    vcenter.close();
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("vcenter-")));
  }

  private static String cloneSpec(String name, String snapshot, String pool) {
    return SoapClient.ref("folder", "Folder", "group-v10")
        + "<name>"
        + name
        + "</name><spec><location>"
        + SoapClient.ref("pool", "ResourcePool", pool)
        + "<diskMoveType>createNewChildDiskBacking</diskMoveType></location>"
        + "<template>false</template>"
        + SoapClient.ref("snapshot", "VirtualMachineSnapshot", snapshot)
        + "<powerOn>false</powerOn></spec>";
  }

  private static SoapClient.Ended clone(SoapClient client, String name) throws Exception {
    String image = client.find(IMAGE);
    String snapshot = client.read("VirtualMachine", image, "snapshot.currentSnapshot");
    String pool =
        client.read(
            "ClusterComputeResource", client.find("/Datacenter/host/Cluster"), "resourcePool");
    return client.run("CloneVM_Task", image, cloneSpec(name, snapshot, pool));
  }

  @Test
  void aCloneBootsReportsItsAddressAndLeavesNothing(@TempDir Path temp) throws Exception {
    try (GuestFleet fleet = GuestFleet.start(GuestFleetOptions.in(temp.resolve("guests")))) {
      SoapClient client = start(VCenterOptions.defaults().withGuests(fleet));

      SoapClient.Ended cloned = clone(client, "a-clone");
      assertThat(cloned.state()).isEqualTo("success");
      String vm = cloned.result();
      assertThat(client.find("/Datacenter/vm/Clones/a-clone")).isEqualTo(vm);
      assertThat(client.read("VirtualMachine", vm, "runtime.powerState")).isEqualTo("poweredOff");
      assertThat(client.run("PowerOnVM_Task", vm, "").state()).isEqualTo("success");
      await()
          .atMost(SOON)
          .until(() -> !client.read("VirtualMachine", vm, "guest.ipAddress").isEmpty());
      String address = client.read("VirtualMachine", vm, "guest.ipAddress");
      assertThat(fleet.address("a-clone")).contains(address);
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, fleet.sshPort()), 2000);
      }

      assertThat(client.run("Destroy_Task", vm, ""))
          .isEqualTo(new SoapClient.Ended("error", "InvalidPowerState", ""));
      assertThat(client.run("PowerOffVM_Task", vm, "").state()).isEqualTo("success");
      assertThat(fleet.running()).isEmpty();
      assertThat(client.read("VirtualMachine", vm, "guest.ipAddress")).isEmpty();
      assertThat(client.run("Destroy_Task", vm, "").state()).isEqualTo("success");
      assertThat(client.find("/Datacenter/vm/Clones/a-clone")).isEmpty();
      assertThat(vcenter.clones()).isEmpty();
      assertThat(vcenter.peaks()).isEqualTo(new PeakUsage(1, 1, 1));
      assertThat(client.call("PowerOnVM_Task", "VirtualMachine", vm, "").fault())
          .isEqualTo("ManagedObjectNotFound");
    }
  }

  @Test
  void withoutASessionNothingIsTold() throws Exception {
    SoapClient client = start(VCenterOptions.defaults());
    SoapClient stranger = new SoapClient(vcenter);

    assertThat(stranger.call("CurrentTime", "ServiceInstance", "ServiceInstance", "").fault())
        .isEqualTo("NotAuthenticated");
    assertThat(
            stranger
                .call(
                    "Login",
                    "SessionManager",
                    "SessionManager",
                    "<userName>x</userName><password>y</password>")
                .fault())
        .isEqualTo("InvalidLogin");
    assertThat(client.call("CurrentTime", "ServiceInstance", "ServiceInstance", "").status())
        .isEqualTo(200);
    vcenter.expireSessions();
    assertThat(client.call("CurrentTime", "ServiceInstance", "ServiceInstance", "").fault())
        .isEqualTo("NotAuthenticated");
  }

  @Test
  void aNameIsTakenOnce() throws Exception {
    SoapClient client = start(VCenterOptions.defaults());
    assertThat(clone(client, "twin").state()).isEqualTo("success");
    assertThat(clone(client, "twin").fault()).isEqualTo("DuplicateName");
    assertThat(vcenter.clones()).hasSize(1);
  }
}
