package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.options.BaseImage;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MachineOperationsTest {

  private Lab lab;

  private SoapClient start(VCenterOptions options) throws Exception {
    lab = new Lab(options);
    return lab.client();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void aLinkedCloneHangsOnItsImagesDisk() throws Exception {
    SoapClient client = start(VCenterOptions.defaults());
    String vm = lab.clone("a");
    SoapClient.Answer devices =
        client.call(
            "RetrieveProperties",
            "PropertyCollector",
            "propertyCollector",
            SoapClient.spec("VirtualMachine", vm, "config.hardware.device"));
    assertThat(devices.at("//parent/fileName")).contains("macos-15-xcode-16.vmdk");
    assertThat(lab.vcenter().clones().get(0).linked()).isTrue();
  }

  @Test
  void aStrangeSnapshotNoSnapshotAndABadNameAreRefused() throws Exception {
    SoapClient client = start(VCenterOptions.defaults());
    String other =
        client.read(
            "VirtualMachine",
            client.find("/Datacenter/vm/Base/macos-14-xcode-15"),
            "snapshot.currentSnapshot");
    assertThat(
            client
                .run("CloneVM_Task", lab.image(), Lab.cloneArguments("a", "bogus", "", ""))
                .fault())
        .isEqualTo("ManagedObjectNotFound");
    assertThat(
            client.run("CloneVM_Task", lab.image(), Lab.cloneArguments("a", other, "", "")).fault())
        .isEqualTo("InvalidArgument");
    assertThat(
            client.run("CloneVM_Task", lab.image(), lab.cloneArguments("x".repeat(81), "")).fault())
        .isEqualTo("InvalidName");
    assertThat(lab.vcenter().clones()).isEmpty();
  }

  @Test
  void reconfigureChangesAMachineThatIsOffOnly() throws Exception {
    SoapClient client = start(VCenterOptions.defaults());
    String vm = lab.clone("a");
    String spec = "<spec><numCPUs>6</numCPUs><memoryMB>8192</memoryMB></spec>";

    assertThat(client.run("ReconfigVM_Task", vm, spec).state()).isEqualTo("success");
    assertThat(lab.read(vm, "config.hardware.numCPU")).isEqualTo("6");
    assertThat(lab.read(vm, "summary.config.memorySizeMB")).isEqualTo("8192");
    lab.run("PowerOnVM_Task", vm);
    assertThat(client.run("ReconfigVM_Task", vm, spec).fault()).isEqualTo("CpuHotPlugNotSupported");
  }

  @Test
  void powerGoesOneWayAtATime() throws Exception {
    start(VCenterOptions.defaults());
    String vm = lab.clone("a");
    assertThat(lab.run("PowerOffVM_Task", vm).fault()).isEqualTo("InvalidPowerState");
    assertThat(lab.run("PowerOnVM_Task", vm).state()).isEqualTo("success");
    assertThat(lab.read(vm, "runtime.bootTime")).endsWith("Z");
    assertThat(lab.run("PowerOnVM_Task", vm).fault()).isEqualTo("InvalidPowerState");
  }

  @Test
  void aMachineBeingClonedIsThereButCanDoNothingUntilItIsCancelled() throws Exception {
    SoapClient client =
        start(
            VCenterOptions.defaults()
                .withTimes(OperationTimes.none().withClone(Duration.ofMinutes(5))));
    String task =
        client
            .call("CloneVM_Task", "VirtualMachine", lab.image(), lab.cloneArguments("a", ""))
            .returned();
    String vm = client.find("/Datacenter/vm/Clones/a");
    assertThat(vm).isNotEmpty();
    assertThat(lab.read(vm, "config.template")).isEmpty();
    assertThat(client.call("PowerOnVM_Task", "VirtualMachine", vm, "").fault())
        .isEqualTo("TaskInProgress");
    assertThat(client.run("CloneVM_Task", lab.image(), lab.cloneArguments("a", "")).fault())
        .isEqualTo("DuplicateName");

    client.call("CancelTask", "Task", task, "");

    assertThat(client.await(task)).isEqualTo(new SoapClient.Ended("error", "RequestCanceled", ""));
    assertThat(client.find("/Datacenter/vm/Clones/a")).isEmpty();
  }

  @Test
  void anInstantCloneRunsFromTheStart() throws Exception {
    SoapClient client =
        start(
            VCenterOptions.defaults()
                .withImages(BaseImage.of("macos-15-xcode-16"), BaseImage.of("frozen").asFrozen()));
    String frozen = client.find("/Datacenter/vm/Base/frozen");
    String spec =
        "<spec><name>i</name><location>"
            + SoapClient.ref("folder", "Folder", "group-v10")
            + SoapClient.ref("pool", "ResourcePool", "resgroup-8")
            + "</location></spec>";
    assertThat(lab.read(frozen, "runtime.instantCloneFrozen")).isEqualTo("true");

    SoapClient.Ended cloned = client.run("InstantClone_Task", frozen, spec);

    assertThat(cloned.state()).isEqualTo("success");
    assertThat(lab.read(cloned.result(), "runtime.powerState")).isEqualTo("poweredOn");
    assertThat(lab.read(cloned.result(), "runtime.instantCloneFrozen")).isEqualTo("false");
    assertThat(client.run("InstantClone_Task", lab.image(), spec.replace(">i<", ">j<")).fault())
        .isEqualTo("InvalidPowerState");
    client.speaking("urn:vim25/6.5");
    assertThat(client.call("InstantClone_Task", "VirtualMachine", frozen, spec).fault())
        .isEqualTo("InvalidRequest");
  }

  @Test
  void withoutDrsTheHostMustBeNamed() throws Exception {
    SoapClient client = start(VCenterOptions.defaults().withDrs(false));
    assertThat(client.run("CloneVM_Task", lab.image(), lab.cloneArguments("a", "")).fault())
        .isEqualTo("InvalidArgument");
    String host = SoapClient.ref("host", "HostSystem", "host-1003");
    assertThat(
            client
                .run("CloneVM_Task", lab.image(), Lab.cloneArguments("a", lab.snapshot(), host, ""))
                .state())
        .isEqualTo("success");
    assertThat(lab.vcenter().clones().get(0).host()).startsWith("mac-0003");
  }

  @Test
  void drsSpreadsOverTheHostsThatCanRunMachines() throws Exception {
    SoapClient client = start(VCenterOptions.defaults().withHosts(3));
    lab.vcenter().maintenance("mac-0001.example.com", true);
    lab.vcenter().disconnectHost("mac-0002.example.com");
    lab.clone("a");
    assertThat(lab.vcenter().clones().get(0).host()).startsWith("mac-0003");
    String onDead = SoapClient.ref("host", "HostSystem", "host-1002");
    assertThat(
            client
                .run(
                    "CloneVM_Task",
                    lab.image(),
                    Lab.cloneArguments("b", lab.snapshot(), onDead, ""))
                .fault())
        .isEqualTo("HostNotConnected");
  }

  @Test
  void aDeadHostTakesItsGuestsAlongAndRefusesUntilItIsBack() throws Exception {
    SoapClient client = start(VCenterOptions.defaults().withHosts(1));
    String vm = lab.clone("a");
    lab.run("PowerOnVM_Task", vm);

    lab.vcenter().crashHost("mac-0001.example.com");

    assertThat(client.read("HostSystem", "host-1001", "runtime.connectionState"))
        .isEqualTo("notResponding");
    assertThat(lab.read(vm, "runtime.connectionState")).isEqualTo("disconnected");
    assertThat(lab.run("Destroy_Task", vm).fault()).isEqualTo("HostNotConnected");
    lab.vcenter().reconnectHost("mac-0001.example.com");
    assertThat(lab.read(vm, "runtime.powerState")).isEqualTo("poweredOff");
    assertThat(lab.run("Destroy_Task", vm).state()).isEqualTo("success");
    assertThat(lab.vcenter().clones()).isEmpty();
  }

  @Test
  void theSnapshotMayLieDeepInTheTree() throws Exception {
    SoapClient client =
        start(
            VCenterOptions.defaults()
                .withImages(
                    BaseImage.of("macos-15-xcode-16").withSnapshots("installed", "base", "later")));
    SoapClient.Answer tree =
        client.call(
            "RetrieveProperties",
            "PropertyCollector",
            "propertyCollector",
            SoapClient.spec("VirtualMachine", lab.image(), "snapshot"));
    String base = tree.at("//childSnapshotList[name='base']/snapshot");
    assertThat(base).isNotEmpty();
    assertThat(tree.at("//currentSnapshot")).isNotEqualTo(base);
    assertThat(
            client.run("CloneVM_Task", lab.image(), Lab.cloneArguments("a", base, "", "")).state())
        .isEqualTo("success");
  }
}
