package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.service.setting.SettingsException;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ledgers that know less than vCenter shows, other brokers' machines, other settings, new hosts.
 */
class OtherHistoriesIT {

  private static final Duration LONG = Duration.ofSeconds(3);

  @TempDir private Path folder;

  private BrainLab lab(int hosts) {
    return new BrainLab(VCenterOptions.defaults().withHosts(hosts))
        .set("LEDGER_FILE", ledger("ours").toString());
  }

  private Path ledger(String name) {
    return folder.resolve(name);
  }

  private void copy(String from, String to) throws Exception {
    Files.copy(
        folder.resolve(from + ".mv.db"),
        folder.resolve(to + ".mv.db"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aLedgerOlderThanItsMachinesAdoptsThemAndSaysSo() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String old = id(lab.create());
      lab.stop();
      copy("ours", "backup");
      lab.start();
      String young = id(lab.create());
      lab.stop();
      lab.set("LEDGER_FILE", ledger("backup").toString()).start();
      Awaitility.await("it is told of")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.readiness().contains("the ledger did not know 1"));
      lab.assertKept(old, LONG);
      lab.assertKept(young, LONG);
      assertThat(lab.create().statusCode()).as("both hold a slot").isEqualTo(503);
      assertThat(lab.call("DELETE", "/instances/" + young, null).statusCode()).isEqualTo(204);
      Awaitility.await("it is told of no more")
          .atMost(BrainLab.PATIENCE)
          .until(() -> !lab.readiness().contains("did not know"));
      lab.awaitClones(1);
    }
  }

  @Test
  void twoBrokersWithLedgersOfTheirOwnLeaveEachOthersMachinesAlone() throws Exception {
    try (BrainLab lab = lab(2).start()) {
      lab.set("LEDGER_FILE", ledger("theirs").toString());
      try (JupiterBrain other = JupiterBrain.start(lab.settings())) {
        String ours = id(lab.create());
        String theirs =
            Awaitility.await("the other broker makes one")
                .atMost(BrainLab.PATIENCE)
                .until(
                    () ->
                        lab.send(
                            HttpRequest.newBuilder(
                                    java.net.URI.create(
                                        "http://127.0.0.1:" + other.port() + "/instances"))
                                .header("Authorization", "token secret")
                                .POST(BodyPublishers.ofString(order(IMAGE)))
                                .build()),
                    answer -> answer.statusCode() == 201)
                .body();
        assertThat(theirs).isNotEmpty();
        Awaitility.await("it says so")
            .atMost(BrainLab.PATIENCE)
            .until(() -> lab.readiness().contains("another broker works in this folder"));
        lab.assertKept(ours, LONG);
        assertThat(lab.vcenter().clones()).hasSize(2);
        assertThat(data(lab.get("/instances"))).hasSize(1);
      }
    }
  }

  @Test
  void aMachineThatNobodyMarkedIsAdoptedAndNotDestroyed() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = id(lab.create());
      lab.vcenter().administrator().unmark(id);
      lab.stop();
      lab.set("LEDGER_FILE", ledger("new").toString()).start();
      lab.assertKept(id, LONG);
      assertThat(lab.get("/instances/" + id).body()).contains(id);
    }
  }

  @Test
  void aCordonHoldsForAMacThatIsTakenOutAndAddedAgain() throws Exception {
    try (BrainLab lab = lab(4).start()) {
      String host = lab.vcenter().hosts().get(3);
      lab.call(
          "PUT",
          "/hosts/" + host + "/cordon",
          "{\"data\":{\"type\":\"cordons\",\"kind\":\"cordoned\",\"reason\":\"new disk\"}}");
      Awaitility.await("it is noted what was cordoned")
          .pollDelay(Duration.ofSeconds(1))
          .until(() -> true);
      lab.vcenter()
          .administrator()
          .replaceHost(
              host,
              () ->
                  Awaitility.await("the broker sees it gone")
                      .atMost(BrainLab.PATIENCE)
                      .until(() -> data(lab.get("/hosts")).size() == 3));
      Awaitility.await("it is back")
          .atMost(BrainLab.PATIENCE)
          .until(() -> data(lab.get("/hosts")).size() == 4);
      for (int i = 0; i < 6; i++) {
        assertThat(lab.create().statusCode()).isEqualTo(201);
      }
      assertThat(lab.create().statusCode()).isEqualTo(503);
      assertThat(lab.vcenter().clones()).extracting(MachineView::host).doesNotContain(host);
    }
  }

  /** Its machines have other references, too, and are known by their UUIDs. */
  @Test
  void theMachinesOfAMacThatIsAddedAgainKeepTheirOwners() throws Exception {
    try (BrainLab lab = lab(4).start()) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ids.add(id(lab.create()));
      }
      Awaitility.await("UUIDs are on record").pollDelay(Duration.ofSeconds(1)).until(() -> true);
      lab.vcenter()
          .administrator()
          .replaceHost(
              lab.vcenter().hosts().get(3),
              () ->
                  Awaitility.await("nobody is told that its machine is gone")
                      .during(LONG)
                      .atMost(LONG.plus(BrainLab.PATIENCE))
                      .until(() -> areThere(lab, ids)));
      for (String id : ids) {
        Awaitility.await(id + " is known")
            .atMost(BrainLab.PATIENCE)
            .until(() -> lab.get("/instances/" + id).statusCode() == 200);
      }
      Awaitility.await("nothing is destroyed")
          .during(LONG)
          .atMost(LONG.plus(BrainLab.PATIENCE))
          .until(() -> lab.vcenter().clones().size() == 8);
      assertThat(lab.create().statusCode()).isEqualTo(503);
    }
  }

  private static boolean areThere(BrainLab lab, List<String> ids) throws Exception {
    for (String id : ids) {
      if (lab.get("/instances/" + id).statusCode() != 200) {
        return false;
      }
    }
    return true;
  }

  @Test
  void machinesInSlotsBeyondALoweredNumberCount() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String first = id(lab.create());
      String second = id(lab.create());
      lab.stop();
      lab.set("SLOTS_PER_HOST", "1").start();
      assertThat(lab.call("DELETE", "/instances/" + first, null).statusCode()).isEqualTo(204);
      assertThat(lab.create().statusCode()).isEqualTo(503);
      assertThat(lab.vcenter().clones()).hasSize(1);
      assertThat(lab.call("DELETE", "/instances/" + second, null).statusCode()).isEqualTo(204);
      assertThat(lab.create().statusCode()).isEqualTo(201);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/Datacenter/vm/Clones, /Datacenter/vm/Clones/",
    "/Datacenter/vm/Clones/Base, Datacenter/vm/Clones",
    "/Datacenter/vm, /Datacenter/vm/Clones"
  })
  void imagesAndClonesMustNotLieInOneAnother(String base, String clones) {
    try (BrainLab lab = lab(1).set("VSPHERE_BASE_PATH", base).set("VSPHERE_VM_PATH", clones)) {
      assertThatThrownBy(lab::startUnready)
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("VSPHERE_BASE_PATH")
          .hasMessageContaining("VSPHERE_VM_PATH");
    }
  }
}
