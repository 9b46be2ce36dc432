package io.macpool.brain.vsphere.soap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.vmware.vim25.GuestNicInfo;
import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.ObjectUpdateKind;
import com.vmware.vim25.TaskInfoState;
import com.vmware.vim25.UpdateSet;
import com.vmware.vim25.VirtualMachineConfigSpec;
import com.vmware.vim25.VirtualMachinePowerState;
import com.vmware.vim25.ws.Argument;
import io.macpool.brain.vsphere.fault.SoapFault;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;

class VimXmlTest {

  private static Object read(String body, String type) throws Exception {
    String envelope =
        "<?xml version=\"1.0\"?><soapenv:Envelope"
            + " xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
            + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>"
            + body
            + "</soapenv:Body></soapenv:Envelope>";
    return VimXmlReader.read(envelope.getBytes(StandardCharsets.UTF_8), type);
  }

  @Test
  void readsUpdatesWithWhateverANewerVCenterAdds() throws Exception {
    UpdateSet updates =
        (UpdateSet)
            read(
                "<WaitForUpdatesExResponse xmlns=\"urn:vim25\"><returnval><version>7</version>"
                    + "<novelty><deep>x</deep></novelty><filterSet>"
                    + "<filter type=\"PropertyFilter\">f-1</filter><objectSet><kind>enter</kind>"
                    + "<obj type=\"VirtualMachine\">vm-1</obj>"
                    + "<changeSet><name>runtime.powerState</name><op>assign</op>"
                    + "<val xsi:type=\"VirtualMachinePowerState\">poweredOn</val></changeSet>"
                    + "<changeSet><name>guest.net</name><op>assign</op>"
                    + "<val xsi:type=\"ArrayOfGuestNicInfo\"><GuestNicInfo>"
                    + "<ipAddress>fe80::1</ipAddress><ipAddress>10.0.0.7</ipAddress>"
                    + "<connected>true</connected><deviceConfigId>1</deviceConfigId>"
                    + "</GuestNicInfo></val></changeSet>"
                    + "<changeSet><name>quantum</name><op>assign</op>"
                    + "<val xsi:type=\"QuantumState\"><spin>up</spin></val></changeSet>"
                    + "</objectSet></filterSet></returnval></WaitForUpdatesExResponse>",
                "UpdateSet");

    assertThat(updates.version).isEqualTo("7");
    var object = updates.filterSet[0].objectSet[0];
    assertThat(object.kind).isEqualTo(ObjectUpdateKind.enter);
    assertThat(object.obj.val).isEqualTo("vm-1");
    assertThat(object.changeSet[0].val).isEqualTo(VirtualMachinePowerState.poweredOn);
    assertThat(((GuestNicInfo[]) object.changeSet[1].val)[0].ipAddress)
        .containsExactly("fe80::1", "10.0.0.7");
    assertThat(object.changeSet[2].val).isNull();
  }

  @Test
  void anEnumConstantThatIsNewIsUnsetAndNotAnError() throws Exception {
    Object state =
        read(
            "<XResponse xmlns=\"urn:vim25\"><returnval xsi:type=\"TaskInfoState\">paused"
                + "</returnval></XResponse>",
            "TaskInfoState");
    assertThat(state).isNull();
    assertThat(TaskInfoState.values()).hasSize(4);
  }

  @Test
  void aFaultKeepsItsTypeAlsoWhenWeHaveNoClassForIt() {
    assertThatThrownBy(() -> read(fault("InvalidLoginFault", "InvalidLogin"), null))
        .isInstanceOfSatisfying(
            SoapFault.class,
            fault -> {
              assertThat(fault.type()).isEqualTo("InvalidLogin");
              assertThat(fault).hasMessage("no way");
            });
    assertThatThrownBy(() -> read(fault("BlackHoleFault", "BlackHole"), null))
        .isInstanceOfSatisfying(
            SoapFault.class, fault -> assertThat(fault.type()).isEqualTo("BlackHole"));
  }

  private static String fault(String element, String type) {
    return "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>no way</faultstring>"
        + "<detail><"
        + element
        + " xmlns=\"urn:vim25\" xsi:type=\""
        + type
        + "\"/></detail></soapenv:Fault>";
  }

  @Test
  void refusesDocumentTypesHtmlAndHalfAnswers() {
    for (String bad :
        new String[] {
          "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>",
          "<html><body>Service Unavailable</body></html>",
          "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\">"
              + "<soapenv:Body><XResponse xmlns=\"urn:vim25\"><returnval>4",
          "",
          "no XML at all"
        }) {
      assertThatThrownBy(() -> VimXmlReader.read(bad.getBytes(StandardCharsets.UTF_8), "string"))
          .as(bad)
          .isInstanceOf(XMLStreamException.class);
    }
  }

  @Test
  void writesEverythingEscapedAndNoNpivByAccident() {
    ManagedObjectReference machine = new ManagedObjectReference();
    machine.type = "VirtualMachine";
    machine.val = "vm-1<&\"";
    VirtualMachineConfigSpec spec = new VirtualMachineConfigSpec();
    spec.numCPUs = 4;
    String xml =
        new String(
            VimXmlWriter.write(
                "ReconfigVM_Task",
                new Argument[] {
                  new Argument("_this", "ManagedObjectReference", machine),
                  new Argument("spec", "VirtualMachineConfigSpec", spec)
                }),
            StandardCharsets.UTF_8);
    assertThat(xml)
        .contains("<_this type=\"VirtualMachine\">vm-1&lt;&amp;")
        .contains("<numCPUs>4</numCPUs>")
        .doesNotContain("npiv")
        .doesNotContain("vm-1<");
    assertThatThrownBy(
            () ->
                VimXmlWriter.write(
                    "X", new Argument[] {new Argument("name", "String", "a\u0000b")}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
