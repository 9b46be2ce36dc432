package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PropertyCollectorTest {

  private Lab lab;
  private SoapClient client;

  @BeforeEach
  void start() throws Exception {
    lab = new Lab(VCenterOptions.defaults());
    client = lab.client();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  private SoapClient.Answer wait(String version, int seconds) throws Exception {
    return wait(version, "<maxWaitSeconds>" + seconds + "</maxWaitSeconds>");
  }

  private SoapClient.Answer wait(String version, String options) throws Exception {
    return client.call(
        "WaitForUpdatesEx",
        "PropertyCollector",
        "propertyCollector",
        "<version>" + version + "</version><options>" + options + "</options>");
  }

  private static String version(SoapClient.Answer update) {
    return update.at("//*[local-name()='returnval']/*[local-name()='version']");
  }

  private static String kind(SoapClient.Answer update, String vm) {
    return update.at("//*[local-name()='objectSet'][*[local-name()='obj']='" + vm + "']/*[1]");
  }

  private static String value(SoapClient.Answer update, String vm, String path) {
    return update.at("//*[obj='" + vm + "']/changeSet[name='" + path + "']/val");
  }

  private void watchClones() throws IOException, InterruptedException {
    String view =
        client
            .call(
                "CreateContainerView",
                "ViewManager",
                "ViewManager",
                SoapClient.ref("container", "Folder", "group-v10")
                    + "<type>VirtualMachine</type><recursive>true</recursive>")
            .returned();
    client.call(
        "CreateFilter",
        "PropertyCollector",
        "propertyCollector",
        "<spec><propSet><type>VirtualMachine</type><pathSet>name</pathSet>"
            + "<pathSet>runtime.powerState</pathSet><pathSet>guest.ipAddress</pathSet></propSet>"
            + "<objectSet>"
            + SoapClient.ref("obj", "ContainerView", view)
            + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><name>v</name>"
            + "<type>ContainerView</type><path>view</path><skip>false</skip></selectSet>"
            + "</objectSet></spec><partialUpdates>false</partialUpdates>");
  }

  @Test
  void oneStreamTellsOfBirthPowerAddressAndDeath() throws Exception {
    watchClones();
    SoapClient.Answer nothing = wait("", 0);
    assertThat(nothing.status()).isEqualTo(200);
    assertThat(nothing.returned()).isEmpty();

    String vm = lab.clone("a");
    SoapClient.Answer born = wait("", 5);
    assertThat(kind(born, vm)).isEqualTo("enter");
    assertThat(value(born, vm, "name")).isEqualTo("a");
    assertThat(value(born, vm, "runtime.powerState")).isEqualTo("poweredOff");
    assertThat(born.body()).doesNotContain("guest.ipAddress");

    lab.run("PowerOnVM_Task", vm);
    SoapClient.Answer on = wait(version(born), 5);
    assertThat(kind(on, vm)).isEqualTo("modify");
    assertThat(value(on, vm, "runtime.powerState")).isEqualTo("poweredOn");
    if (value(on, vm, "guest.ipAddress").isEmpty()) {
      on = wait(version(on), 5);
    }
    assertThat(value(on, vm, "guest.ipAddress")).startsWith("10.");

    lab.run("PowerOffVM_Task", vm);
    SoapClient.Answer off = wait(version(on), 5);
    assertThat(off.at("count(//changeSet[name='guest.ipAddress'])")).isEqualTo("1");
    assertThat(off.at("count(//changeSet[name='guest.ipAddress']/val)")).isEqualTo("0");
    lab.run("Destroy_Task", vm);
    SoapClient.Answer gone = wait(version(off), 5);
    assertThat(kind(gone, vm)).isEqualTo("leave");
  }

  @Test
  void anAnswerLostOnTheWayIsGivenAgainWithWhatCameSince() throws Exception {
    watchClones();
    String a = lab.clone("a");
    SoapClient.Answer first = wait("", 5);
    String b = lab.clone("b");
    SoapClient.Answer lost = wait(version(first), 5);
    assertThat(kind(lost, b)).isEqualTo("enter");
    lab.run("PowerOnVM_Task", a);

    SoapClient.Answer again = wait(version(first), 5);

    assertThat(kind(again, b)).isEqualTo("enter");
    assertThat(value(again, a, "runtime.powerState")).isEqualTo("poweredOn");
  }

  @Test
  void aVersionNobodyWasGivenIsAFault() throws Exception {
    watchClones();
    assertThat(wait("17", 0).fault()).isEqualTo("InvalidCollectorVersion");
  }

  @Test
  void aWaitEndsWithNothingAfterItsTimeAndByCancel() throws Exception {
    watchClones();
    assertThat(wait("", 1).returned()).isEmpty();
    CompletableFuture<SoapClient.Answer> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return wait("", 20);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    while (!waiting.isDone()) {
      client.call("CancelWaitForUpdates", "PropertyCollector", "propertyCollector", "");
    }
    assertThat(waiting.get(5, TimeUnit.SECONDS).fault()).isEqualTo("RequestCanceled");
  }

  @Test
  void longUpdatesComeInParts() throws Exception {
    watchClones();
    for (String name : new String[] {"a", "b", "c"}) {
      lab.clone(name);
    }
    String two = "<maxWaitSeconds>1</maxWaitSeconds><maxObjectUpdates>2</maxObjectUpdates>";
    SoapClient.Answer first = wait("", two);
    assertThat(first.at("count(//objectSet)")).isEqualTo("2");
    assertThat(first.at("//truncated")).isEqualTo("true");
    SoapClient.Answer second = wait(version(first), two);
    assertThat(second.at("count(//objectSet)")).isEqualTo("1");
    assertThat(second.at("//truncated")).isEmpty();
  }

  @Test
  void longReadsComeInPages() throws Exception {
    for (String name : new String[] {"a", "b", "c"}) {
      lab.clone(name);
    }
    String spec =
        "<specSet><propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet><objectSet>"
            + SoapClient.ref("obj", "Folder", "group-v10")
            + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><name>f</name>"
            + "<type>Folder</type><path>childEntity</path><skip>false</skip>"
            + "<selectSet><name>f</name></selectSet></selectSet></objectSet></specSet>"
            + "<options><maxObjects>2</maxObjects></options>";
    SoapClient.Answer first =
        client.call("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", spec);
    assertThat(first.at("count(//objects)")).isEqualTo("2");
    SoapClient.Answer second =
        client.call(
            "ContinueRetrievePropertiesEx",
            "PropertyCollector",
            "propertyCollector",
            "<token>" + first.at("//token") + "</token>");
    assertThat(second.at("count(//objects)")).isEqualTo("1");
    assertThat(second.at("//token")).isEmpty();
  }

  @Test
  void aPropertyThatDoesNotExistIsAFault() throws Exception {
    SoapClient.Answer answer =
        client.call(
            "RetrieveProperties",
            "PropertyCollector",
            "propertyCollector",
            SoapClient.spec("VirtualMachine", lab.image(), "nonsense.name"));
    assertThat(answer.fault()).isEqualTo("InvalidProperty");
  }

  @Test
  void anOldClientIsNotToldOfInstantClones() throws Exception {
    assertThat(lab.read(lab.image(), "runtime.instantCloneFrozen")).isEqualTo("false");
    client.speaking("urn:vim25/6.0");
    SoapClient.Answer whole =
        client.call(
            "RetrieveProperties",
            "PropertyCollector",
            "propertyCollector",
            SoapClient.spec("VirtualMachine", lab.image(), "runtime"));
    assertThat(whole.body()).contains("powerState").doesNotContain("instantCloneFrozen");
    SoapClient.Answer leaf =
        client.call(
            "RetrieveProperties",
            "PropertyCollector",
            "propertyCollector",
            SoapClient.spec("VirtualMachine", lab.image(), "runtime.instantCloneFrozen"));
    assertThat(leaf.fault()).isEqualTo("InvalidProperty");
  }

  @Test
  void aListViewOfTasksTellsTheirEnd() throws Exception {
    String view = client.call("CreateListView", "ViewManager", "ViewManager", "").returned();
    client.call(
        "CreateFilter",
        "PropertyCollector",
        "propertyCollector",
        "<spec><propSet><type>Task</type><pathSet>info.state</pathSet></propSet><objectSet>"
            + SoapClient.ref("obj", "ListView", view)
            + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><type>ListView</type>"
            + "<path>view</path><skip>false</skip></selectSet></objectSet></spec>"
            + "<partialUpdates>false</partialUpdates>");
    String task =
        client
            .call("CloneVM_Task", "VirtualMachine", lab.image(), lab.cloneArguments("a", ""))
            .returned();
    client.call("ModifyListView", "ListView", view, SoapClient.ref("add", "Task", task));
    String version = "";
    String state = "";
    while (!state.equals("success")) {
      SoapClient.Answer update = wait(version, 5);
      version = version(update);
      assertThat(version).isNotEmpty();
      state = value(update, task, "info.state");
    }
    client.call("ModifyListView", "ListView", view, SoapClient.ref("remove", "Task", task));
    assertThat(kind(wait(version, 5), task)).isEqualTo("leave");
  }
}
