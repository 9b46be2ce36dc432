package io.macpool.sim.vcenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.options.VCenterOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The largest fleet that we plan for: 1,000 hosts, 2,000 machines. */
@Timeout(60)
class ScaleIT {

  private static final int HOSTS = 1000;
  private static final int MACHINES = 2000;

  @Test
  void anUpdateCostsWhatChangedNotTheInventory() throws Exception {
    try (Lab lab = new Lab(VCenterOptions.defaults().withHosts(HOSTS).withPageLimit(5000))) {
      SoapClient client = lab.client();
      String view =
          client
              .call(
                  "CreateContainerView",
                  "ViewManager",
                  "ViewManager",
                  SoapClient.ref("container", "Folder", "group-d1")
                      + "<type>VirtualMachine</type><recursive>true</recursive>")
              .returned();
      client.call(
          "CreateFilter",
          "PropertyCollector",
          "propertyCollector",
          "<spec><propSet><type>VirtualMachine</type><pathSet>name</pathSet><pathSet>guest</pathSet>"
              + "<pathSet>runtime</pathSet></propSet><objectSet>"
              + SoapClient.ref("obj", "ContainerView", view)
              + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><type>ContainerView</type>"
              + "<path>view</path><skip>false</skip></selectSet></objectSet></spec>"
              + "<partialUpdates>false</partialUpdates>");
      String image = lab.image();
      String snapshot = lab.snapshot();
      List<String> tasks = new ArrayList<>();
      for (int i = 0; i < MACHINES; i++) {
        tasks.add(
            client
                .call(
                    "CloneVM_Task",
                    "VirtualMachine",
                    image,
                    Lab.cloneArguments("vm-" + i, snapshot, "", ""))
                .returned());
      }
      SoapClient.Ended last = client.await(tasks.get(MACHINES - 1));
      assertThat(last.state()).isEqualTo("success");

      SoapClient.Answer all = wait(client, "");
      assertThat(all.at("count(//objectSet)")).isEqualTo("2002");
      client.run("PowerOnVM_Task", last.result(), "");
      SoapClient.Answer one =
          wait(client, all.at("//*[local-name()='returnval']/*[local-name()='version']"));

      assertThat(one.at("count(//objectSet)")).isEqualTo("1");
      assertThat(one.body().length()).isLessThan(6000);
      assertThat(lab.vcenter().peaks()).isEqualTo(new PeakUsage(MACHINES, 2, HOSTS));
    }
  }

  private static SoapClient.Answer wait(SoapClient client, String version) throws Exception {
    return client.call(
        "WaitForUpdatesEx",
        "PropertyCollector",
        "propertyCollector",
        "<version>" + version + "</version><options><maxWaitSeconds>10</maxWaitSeconds></options>");
  }
}
