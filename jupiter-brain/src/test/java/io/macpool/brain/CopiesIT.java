package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Copies that people make of instances bear their marks. Once an instance's record is closed, that
 * closed record is what tells its copy from the instance itself, should that return.
 */
class CopiesIT {

  private static final String COPY = "look at this";

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

  /** An instance whose UUID is on record, with a copy in another folder. */
  private static String copied(BrainLab lab) throws Exception {
    String id = lab.createKnown();
    assertThat(lab.vcenter().administrator().copy(id, "Somewhere", COPY)).isTrue();
    return id;
  }

  private static void assertTheCopyIsLeftAlone(BrainLab lab) {
    Awaitility.await("the copy is left alone")
        .during(LONG)
        .atMost(LONG.plus(BrainLab.PATIENCE))
        .until(
            () ->
                lab.vcenter().clones().stream()
                    .map(MachineView::name)
                    .toList()
                    .equals(List.of(COPY)));
  }

  @Test
  void aCopyOutlivesItsOriginal() throws Exception {
    try (BrainLab lab = lab(2).start()) {
      String id = copied(lab);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(1);
      assertTheCopyIsLeftAlone(lab);
      assertThat(lab.get("/instances/" + id).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aCopyThatIsOffTakesNoSlotOnceItsOriginalIsDestroyed() throws Exception {
    try (BrainLab lab = lab(1).start()) {
      String id = copied(lab);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(1);
      Awaitility.await("both slots are free")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/capacity").body().contains("\"used\":0,\"warm\":0,\"free\":2"));
      assertThat(lab.create().statusCode()).isEqualTo(201);
      assertThat(lab.create().statusCode()).isEqualTo(201);
    }
  }

  @Test
  void anOriginalThatReturnsIsItsOwnersThoughACopyRuns() throws Exception {
    try (BrainLab lab = lab(2).start()) {
      String id = copied(lab);
      Administrator administrator = lab.vcenter().administrator();
      assertThat(administrator.resume(COPY)).isTrue();
      assertThat(administrator.unregister(id)).isTrue();
      Awaitility.await("its record is closed")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + id).statusCode() == 404);
      assertThat(administrator.register(id)).isTrue();
      Awaitility.await("its record is open again")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/instances/" + id).statusCode() == 200);
    }
  }

  @Test
  void anOriginalThatWasToBeDestroyedIsDestroyedWhenItReturnsThoughACopyRuns() throws Exception {
    try (BrainLab lab = lab(2).start()) {
      String id = copied(lab);
      Administrator administrator = lab.vcenter().administrator();
      assertThat(administrator.resume(COPY)).isTrue();
      assertThat(administrator.unregister(id)).isTrue();
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      Awaitility.await("its slot is free")
          .atMost(BrainLab.PATIENCE)
          .until(() -> lab.get("/capacity").body().contains("\"by-image\":[]"));
      assertThat(administrator.register(id)).isTrue();
      lab.awaitClones(1);
      assertTheCopyIsLeftAlone(lab);
    }
  }

  /** The closed record is due to be removed in the new broker's first round. */
  @Test
  void aCopyOutlivesTheTimeForWhichClosedRecordsAreKept() throws Exception {
    String database = postgres.database();
    try (BrainLab lab =
        lab(2).set("JANITOR_ZERO_UPTIME_CUTOFF", "1s").set("DATABASE_URL", database).start()) {
      String id = copied(lab);
      assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
      lab.awaitClones(1);
      lab.stop();
      try (Connection connection = ForgottenIntentIT.connect(database);
          Statement statement = connection.createStatement()) {
        assertThat(
                statement.executeUpdate(
                    "UPDATE jupiter_brain.instances"
                        + " SET destroyed_at = destroyed_at - interval '400 days'"
                        + " WHERE phase = 'GONE'"))
            .isPositive();
      }
      lab.start();
      assertTheCopyIsLeftAlone(lab);
      assertThat(lab.get("/instances/" + id).statusCode()).isEqualTo(404);
    }
  }
}
