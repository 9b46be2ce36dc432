package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every vCenter does: ours, and the one that others wrote. Names and paths are the ones that
 * both are started with.
 */
@Timeout(60)
abstract class VCenterContract {

  private static final Duration SOON = Duration.ofSeconds(20);

  private SoapClient client;
  private String image;
  private String folder;
  private String pool;
  private String snapshot;

  abstract SoapClient connect() throws Exception;

  /** {@code /Datacenter} or what stands for it. */
  abstract String datacenter();

  abstract String cluster();

  /** Whether it is as strict as a vCenter; the other one is known to be kinder. */
  abstract boolean strict();

  @BeforeEach
  void find() throws Exception {
    client = connect().login();
    image = client.find(datacenter() + "/vm/Base/macos-15-xcode-16");
    folder = client.find(datacenter() + "/vm/Clones");
    pool = client.read("ClusterComputeResource", client.find(cluster()), "resourcePool");
    snapshot = client.read("VirtualMachine", image, "snapshot.currentSnapshot");
  }

  private String spec(String name, String fromSnapshot) {
    return SoapClient.ref("folder", "Folder", folder)
        + "<name>"
        + name
        + "</name><spec><location>"
        + SoapClient.ref("pool", "ResourcePool", pool)
        + "<diskMoveType>createNewChildDiskBacking</diskMoveType></location>"
        + "<template>false</template>"
        + SoapClient.ref("snapshot", "VirtualMachineSnapshot", fromSnapshot)
        + "<powerOn>false</powerOn></spec>";
  }

  private String newClone(String name) throws Exception {
    SoapClient.Ended ended = client.run("CloneVM_Task", image, spec(name, snapshot));
    assertThat(ended.state()).as(ended.fault()).isEqualTo("success");
    return ended.result();
  }

  private String read(String vm, String path) throws Exception {
    return client.read("VirtualMachine", vm, path);
  }

  private void remove(String vm) throws Exception {
    client.run("PowerOffVM_Task", vm, "");
    assertThat(client.run("Destroy_Task", vm, "").state()).isEqualTo("success");
  }

  @Test
  void aCloneLivesAndDies() throws Exception {
    String vm = newClone("lives");
    assertThat(client.find(datacenter() + "/vm/Clones/lives")).isEqualTo(vm);
    assertThat(read(vm, "runtime.powerState")).isEqualTo("poweredOff");
    assertThat(client.run("PowerOnVM_Task", vm, "").state()).isEqualTo("success");
    await().atMost(SOON).until(() -> !read(vm, "guest.ipAddress").isEmpty());
    assertThat(read(vm, "guest.net")).contains(read(vm, "guest.ipAddress"));
    assertThat(client.run("PowerOffVM_Task", vm, "").state()).isEqualTo("success");
    assertThat(client.run("Destroy_Task", vm, "").state()).isEqualTo("success");
    assertThat(client.find(datacenter() + "/vm/Clones/lives")).isEmpty();
    assertThat(client.call("PowerOnVM_Task", "VirtualMachine", vm, "").fault())
        .isEqualTo("ManagedObjectNotFound");
  }

  @Test
  void reconfigureSetsProcessorsAndMemory() throws Exception {
    String vm = newClone("bigger");
    assertThat(
            client
                .run(
                    "ReconfigVM_Task",
                    vm,
                    "<spec><numCPUs>6</numCPUs><memoryMB>8192</memoryMB></spec>")
                .state())
        .isEqualTo("success");
    assertThat(read(vm, "config.hardware.numCPU")).isEqualTo("6");
    assertThat(read(vm, "config.hardware.memoryMB")).isEqualTo("8192");
    remove(vm);
  }

  @Test
  void aNameIsTakenOnce() throws Exception {
    String vm = newClone("twin");
    assertThat(client.run("CloneVM_Task", image, spec("twin", snapshot)).fault())
        .isEqualTo("DuplicateName");
    remove(vm);
  }

  @Test
  void powerStatesAreMinded() throws Exception {
    String vm = newClone("power");
    assertThat(client.run("PowerOffVM_Task", vm, "").fault()).isEqualTo("InvalidPowerState");
    client.run("PowerOnVM_Task", vm, "");
    assertThat(client.run("PowerOnVM_Task", vm, "").fault()).isEqualTo("InvalidPowerState");
    assertThat(client.run("Destroy_Task", vm, "").fault()).isEqualTo("InvalidPowerState");
    remove(vm);
  }

  @Test
  void aWrongPasswordAndALiveSessionCantLogIn() throws Exception {
    String login = "<userName>%s</userName><password>%s</password>";
    assertThat(
            connect()
                .call(
                    "Login", "SessionManager", "SessionManager", String.format(login, "no", "one"))
                .fault())
        .isEqualTo("InvalidLogin");
    assertThat(
            client
                .call(
                    "Login", "SessionManager", "SessionManager", String.format(login, "no", "one"))
                .fault())
        .isEqualTo("InvalidLogin");
  }

  @Test
  void whatDoesNotExistIsNotFound() throws Exception {
    assertThat(client.find(datacenter() + "/vm/Base/nothing")).isEmpty();
    assertThat(client.call("Destroy_Task", "VirtualMachine", "vm-nothing", "").fault())
        .isEqualTo("ManagedObjectNotFound");
  }

  @Test
  void aLogoutEndsTheSession() throws Exception {
    client.call("Logout", "SessionManager", "SessionManager", "");
    assertThat(client.call("PowerOnVM_Task", "VirtualMachine", image, "").fault())
        .isEqualTo("NotAuthenticated");
  }

  @Test
  void strictness() throws Exception {
    assumeThat(strict())
        .as("govmomi's simulator takes any snapshot, any name and any property")
        .isTrue();
    assertThat(client.run("CloneVM_Task", image, spec("a", "bogus")).fault())
        .isEqualTo("ManagedObjectNotFound");
    assertThat(client.run("CloneVM_Task", image, spec("x".repeat(81), snapshot)).fault())
        .isEqualTo("InvalidName");
    assertThat(
            client
                .call(
                    "RetrieveProperties",
                    "PropertyCollector",
                    "propertyCollector",
                    SoapClient.spec("VirtualMachine", image, "nonsense"))
                .fault())
        .isEqualTo("InvalidProperty");
  }
}
