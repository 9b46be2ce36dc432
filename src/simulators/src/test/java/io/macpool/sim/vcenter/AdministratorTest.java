package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.options.MachineEvent;
import io.macpool.sim.vcenter.options.MachineEvent.Kind;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AdministratorTest {

  private static final String UUID = "config.instanceUuid";

  private final List<MachineEvent> events = new CopyOnWriteArrayList<>();
  private Lab lab;
  private SoapClient client;
  private Administrator person;

  @BeforeEach
  void start() throws Exception {
    lab = new Lab(VCenterOptions.defaults().withWitness(events::add));
    client = lab.client();
    person = lab.vcenter().administrator();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  private List<Kind> kinds() {
    return events.stream().map(MachineEvent::kind).toList();
  }

  @Test
  void aMachineInAnotherFolderIsFoundThereAndKeepsReferenceAndUuid() throws Exception {
    String vm = lab.clone("a");
    String uuid = client.read("VirtualMachine", vm, UUID);
    assertThat(person.moveToFolder("a", "Parked")).isTrue();
    assertThat(client.find("/Datacenter/vm/Clones/a")).isEmpty();
    assertThat(client.find("/Datacenter/vm/Parked/a")).isEqualTo(vm);
    assertThat(client.read("VirtualMachine", vm, UUID)).isEqualTo(uuid);
    assertThat(lab.vcenter().clones().get(0).folder()).isEqualTo("Parked");
    person.moveToFolder("a", "Clones");
    assertThat(client.find("/Datacenter/vm/Clones/a")).isEqualTo(vm);
  }

  @Test
  void aRenamedMachineKeepsItsUuid() throws Exception {
    String vm = lab.clone("a");
    String uuid = client.read("VirtualMachine", vm, UUID);
    assertThat(person.rename("a", "do-not-delete")).isTrue();
    assertThat(client.find("/Datacenter/vm/Clones/do-not-delete")).isEqualTo(vm);
    assertThat(client.read("VirtualMachine", vm, UUID)).isEqualTo(uuid);
    assertThat(client.read("VirtualMachine", vm, "config.name")).isEqualTo("do-not-delete");
    assertThat(events.get(events.size() - 1).original()).isEqualTo("a");
  }

  @Test
  void aMachineThatIsRegisteredAgainHasAnotherReferenceAndItsOldUuid() throws Exception {
    String vm = lab.clone("a");
    client.run("PowerOnVM_Task", vm, "");
    String uuid = client.read("VirtualMachine", vm, UUID);
    assertThat(person.unregister("a")).isTrue();
    assertThat(client.find("/Datacenter/vm/Clones/a")).isEmpty();
    assertThat(person.register("a")).isTrue();
    String again = client.find("/Datacenter/vm/Clones/a");
    assertThat(again).isNotEmpty().isNotEqualTo(vm);
    assertThat(client.read("VirtualMachine", again, UUID)).isEqualTo(uuid);
    assertThat(client.read("VirtualMachine", again, "runtime.powerState")).isEqualTo("poweredOn");
  }

  @Test
  void aHostRefusesClonesUntilItDoesNoLonger() throws Exception {
    lab.vcenter().hosts().forEach(host -> person.refuseClones(host, true));
    assertThat(client.run("CloneVM_Task", lab.image(), lab.cloneArguments("a", "")).fault())
        .isEqualTo("GenericVmConfigFault");
    lab.vcenter().hosts().forEach(host -> person.refuseClones(host, false));
    lab.clone("a");
    assertThat(kinds())
        .containsExactly(Kind.CLONE_BEGAN, Kind.CLONE_FAILED, Kind.CLONE_BEGAN, Kind.CLONED);
  }

  @Test
  void theWitnessHearsWhatHappensAndOnWhoseBehalf() throws Exception {
    String vm = lab.clone("a");
    client.run("PowerOnVM_Task", vm, "");
    person.moveToFolder("a", "Parked");
    client.run("PowerOffVM_Task", vm, "");
    client.run("Destroy_Task", vm, "");
    assertThat(kinds())
        .containsExactly(
            Kind.CLONE_BEGAN,
            Kind.CLONED,
            Kind.POWERED_ON,
            Kind.FOLDER_CHANGED,
            Kind.POWERED_OFF,
            Kind.DESTROYED);
    String user = lab.vcenter().user();
    assertThat(events)
        .extracting(MachineEvent::by)
        .containsExactly(user, user, user, "a person", user, user);
  }
}
