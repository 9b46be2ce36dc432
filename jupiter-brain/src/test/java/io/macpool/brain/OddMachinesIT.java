package io.macpool.brain;

import static io.macpool.brain.BrainLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What people do with single machines: suspend them, take their mark off. Copies: CopiesIT. */
class OddMachinesIT {

  /** Ten rounds: each judgement takes three. */
  private static final Duration LONG = Duration.ofSeconds(3);

  private static SharedPostgres postgres;

  @BeforeAll
  static void startPostgres() throws Exception {
    postgres = new SharedPostgres();
  }

  @AfterAll
  static void stopPostgres() throws Exception {
    postgres.close();
  }

  private static BrainLab lab(int hosts) throws Exception {
    return new BrainLab(VCenterOptions.defaults().withHosts(hosts))
        .set("DATABASE_URL", postgres.database());
  }

  private static void awaitState(BrainLab lab, String id, String state) {
    Awaitility.await(id + " is " + state)
        .atMost(BrainLab.PATIENCE)
        .until(() -> lab.get("/instances/" + id).body().contains("\"state\":\"" + state + "\""));
  }

  @Test
  void aSuspendedMachineKeepsItsSlotUntilItIsDeleted() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = id(lab.create());
      assertThat(lab.create().statusCode()).isEqualTo(201);
      Administrator administrator = lab.vcenter().administrator();
      assertThat(administrator.suspend(id)).isTrue();
      awaitState(lab, id, "suspended");
      Awaitility.await("it is kept, and its slot held")
          .during(LONG)
          .atMost(LONG.plus(BrainLab.PATIENCE))
          .until(
              () ->
                  lab.vcenter().clones().size() == 2
                      && lab.get("/instances/" + id).statusCode() == 200
                      && lab.create().statusCode() == 503);
      assertThat(administrator.resume(id)).isTrue();
      awaitState(lab, id, "powered-on");
      assertThat(administrator.suspend(id)).isTrue();
      awaitState(lab, id, "suspended");
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(1);
      assertThat(lab.create().statusCode()).isEqualTo(201);
    }
  }

  @Test
  void aSuspendedMachineGoesWhenItsTimeIsOverAndItsSlotIsFree() throws Exception {
    try (BrainLab lab = lab(1).set("JANITOR_CUTOFF", "8s").start()) {
      String id = id(lab.create());
      assertThat(lab.vcenter().administrator().suspend(id)).isTrue();
      lab.awaitClones(0);
      Awaitility.await("its slot is free")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/capacity").body().contains("\"used\":0,\"warm\":0,\"free\":2"));
    }
  }

  @Test
  void aMachineWithoutItsMarkElsewhereUnderANewReferenceIsItsOwners() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = lab.createKnown();
      Administrator administrator = lab.vcenter().administrator();
      assertThat(administrator.unmark(id)).isTrue();
      assertThat(administrator.moveToFolder(id, "Somewhere")).isTrue();
      assertThat(administrator.unregister(id) && administrator.register(id)).isTrue();
      lab.assertKept(id, LONG);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(0);
    }
  }
}
