package io.macpool.brain;

import static io.macpool.brain.BrainLab.code;
import static io.macpool.brain.BrainLab.data;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.vcenter.options.OperationTimes;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people change in vCenter while the broker runs is followed, or told, without a restart. */
class VCenterChangesIT {

  @TempDir private Path directory;

  private static void await(String what, ThrowingRunnable assertion) {
    Awaitility.await(what).atMost(BrainLab.PATIENCE).untilAsserted(assertion);
  }

  private static void awaitACreate(BrainLab lab) {
    await("a create works", () -> assertThat(lab.create().statusCode()).isEqualTo(201));
  }

  @Test
  void aRenamedClusterAndFolderAreKnownByReference() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults()).start()) {
      lab.vcenter().renameCluster("Renamed");
      lab.vcenter().renameCloneFolder("Also renamed");
      lab.vcenter().expireSessions();
      awaitACreate(lab);
      await(
          "the new names are told",
          () ->
              assertThat(lab.readiness())
                  .contains("Cluster/ is called Renamed now", "VSPHERE_CLUSTER_PATH")
                  .contains("Clones/ is called Also renamed now", "VSPHERE_VM_PATH"));
      assertThat(lab.vcenter().clones()).hasSize(1);
    }
  }

  @Test
  void aRefusedLoginIsNotRepeatedUntilThePasswordFileChanges() throws Exception {
    Path file = directory.resolve("password");
    VCenterOptions options = VCenterOptions.defaults();
    try (BrainLab lab = new BrainLab(options)) {
      Files.writeString(file, lab.vcenter().password() + "\n");
      lab.set("VSPHERE_PASSWORD_FILE", file.toString()).start();
      lab.vcenter().changePassword("another");
      lab.vcenter().expireSessions();
      await(
          "the refusal is told with what to do",
          () ->
              assertThat(lab.readiness())
                  .contains("refuses the login of", "tried again in 2m0s", file.toString()));
      assertThat(code(lab.create())).isEqualTo("vcenter-unavailable");
      assertThat(lab.vcenter().refusedLogins()).isEqualTo(1);
      Files.writeString(file, "another");
      awaitACreate(lab);
      assertThat(lab.vcenter().accountLocked()).isFalse();
      assertThat(lab.vcenter().refusedLogins()).isEqualTo(1);
    }
  }

  @Test
  void aRenewedCertificateIsRefusedInWordsUntilTheAuthoritiesFileFollows() throws Exception {
    Path file = directory.resolve("ca.pem");
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults())) {
      Files.writeString(file, lab.vcenter().certificatePem());
      lab.environment().remove("JUPITER_BRAIN_VSPHERE_THUMBPRINT");
      lab.set("VSPHERE_CA_FILE", file.toString()).start();
      lab.vcenter().renewCertificate();
      await(
          "the new certificate is described",
          () ->
              assertThat(lab.readiness())
                  .contains("vCenter's certificate is refused", "Subject CN=localhost")
                  .contains("issuer CN=localhost", "valid from", lab.vcenter().thumbprint())
                  .contains("--vsphere-ca-file", "--vsphere-thumbprint", "--vsphere-insecure"));
      assertThat(lab.create().statusCode()).isEqualTo(503);
      Files.writeString(file, "torn");
      Files.writeString(file, lab.vcenter().certificatePem());
      awaitACreate(lab);
    }
  }

  @Test
  void aQuestionAtPowerOnIsToldAndGivenUpAndLeavesNothing() throws Exception {
    OperationTimes times = OperationTimes.none().withPowerOn(Duration.ofMillis(20));
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withTimes(times)).start()) {
      lab.vcenter()
          .askAtPowerOn("datastore1", "msg.hbacommon.outofspace: No space left", "Retry", "Cancel");
      HttpResponse<String> failed = lab.create();
      assertThat(code(failed)).isEqualTo("create-failed");
      assertThat(failed.body()).contains("msg.hbacommon.outofspace", "was told Cancel");
      lab.awaitClones(0);
      assertThat(lab.vcenter().openQuestions()).isZero();
      assertThat(lab.vcenter().calls("Destroy_Task")).isLessThan(5);
      assertThat(lab.get("/metrics").body()).contains("vsphere_questions_total");

      lab.vcenter()
          .askAtPowerOn(
              "datastore1", "msg.uuid.altered: moved or copied?", "Cancel", "I copied it");
      Awaitility.await("the datastore is tried again")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.create().statusCode() == 201);
    }
  }

  @Test
  void aHostHasOneNameEverywhere() throws Exception {
    try (BrainLab lab = new BrainLab(VCenterOptions.defaults().withHosts(2)).start()) {
      JsonNode created = data(lab.create()).get(0);
      String name = created.get("host").asText();
      assertThat(lab.vcenter().hosts()).contains(name);
      JsonNode hosts = data(lab.get("/hosts"));
      assertThat(hosts.get(0).get("id").asText()).startsWith("host-");
      String shortName = name.substring(0, name.indexOf('.'));
      for (String given : new String[] {name, shortName}) {
        assertThat(lab.call("DELETE", "/hosts/" + given + "/cordon", null).statusCode())
            .as(given)
            .isEqualTo(204);
      }
    }
  }
}
