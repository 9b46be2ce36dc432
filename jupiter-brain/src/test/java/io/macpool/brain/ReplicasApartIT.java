package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.net.TcpGate;
import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas of which one sees or hears what the other does not. The first one leads. */
class ReplicasApartIT {

  /** Five rounds: each judgement takes three. */
  private static final Duration LONG = Duration.ofSeconds(5);

  private static final String LEASE = "{\"data\":{\"type\":\"leases\",\"duration\":\"2s\"}}";

  private static SharedPostgres postgres;

  @BeforeAll
  static void startPostgres() throws Exception {
    postgres = new SharedPostgres();
  }

  @AfterAll
  static void stopPostgres() throws Exception {
    postgres.close();
  }

  private static BrainLab lab() throws Exception {
    return new BrainLab(VCenterOptions.defaults().withHosts(1))
        .set("RECONCILE_INTERVAL", "1s")
        .set("DATABASE_URL", postgres.database());
  }

  private static HttpResponse<String> at(
      JupiterBrain brain, BrainLab lab, String method, String path, BodyPublisher body)
      throws Exception {
    return lab.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + brain.port() + path))
            .timeout(BrainLab.PATIENCE)
            .header("Authorization", "token secret")
            .method(method, body)
            .build());
  }

  private static String created(JupiterBrain brain, BrainLab lab) throws Exception {
    return id(
        Awaitility.await("an instance")
            .atMost(BrainLab.PATIENCE)
            .until(
                () -> at(brain, lab, "POST", "/instances", BodyPublishers.ofString(order(IMAGE))),
                answer -> answer.statusCode() == 201));
  }

  /** The leader's events hang: the inventory that it has is older than what the other makes. */
  @Test
  void whatOneMakesWhileTheOtherSeesNothingIsKept() throws Exception {
    try (BrainLab lab = lab()) {
      URI vcenter = lab.vcenter().url();
      try (TcpGate gate = TcpGate.open(vcenter.getHost(), vcenter.getPort(), 0)) {
        String direct = BrainLab.withLogin(lab.vcenter());
        lab.set("VSPHERE_API_URL", direct.replace(":" + vcenter.getPort(), ":" + gate.port()));
        lab.start();
        lab.set("VSPHERE_API_URL", direct);
        try (JupiterBrain second = JupiterBrain.start(lab.settings())) {
          gate.stall(true);
          String id = created(second, lab);
          lab.assertKept(id, LONG);
          gate.stall(false);
          lab.assertKept(id, LONG);
          assertThat(
                  at(second, lab, "DELETE", "/instances/" + id, BodyPublishers.noBody())
                      .statusCode())
              .isEqualTo(204);
          lab.awaitClones(0);
        }
      }
    }
  }

  @Test
  void aLeaseThatTheOtherAloneHearsIsHeard() throws Exception {
    try (BrainLab lab = lab().start();
        JupiterBrain second = JupiterBrain.start(lab.settings())) {
      assertThat(renew(lab, "quiet", second)).isEqualTo(200);
      HttpResponse<String> made =
          lab.send(
              lab.request("/instances")
                  .header("Macpool-Lease", "quiet")
                  .POST(BodyPublishers.ofString(order(IMAGE)))
                  .build());
      assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
      Awaitility.await("it lives as long as its holder is heard")
          .during(LONG)
          .atMost(LONG.plus(BrainLab.PATIENCE))
          .until(
              () ->
                  renew(lab, "quiet", second) == 200
                      && lab.call("PUT", "/leases/loud", LEASE).statusCode() == 200
                      && lab.vcenter().clones().size() == 1);
      Awaitility.await("it goes when its holder is not heard any more")
          .atMost(BrainLab.PATIENCE)
          .until(
              () ->
                  lab.call("PUT", "/leases/loud", LEASE).statusCode() == 200
                      && lab.vcenter().clones().isEmpty());
    }
  }

  /** It has not looked since; so it answers as if the instance were there to be destroyed. */
  @Test
  void aDeleteAtTheOneThatHasNotHeardThatItWentFromSightIsHeeded() throws Exception {
    try (BrainLab lab = lab().start()) {
      lab.set("RECONCILE_INTERVAL", "20s");
      try (JupiterBrain second = JupiterBrain.start(lab.settings())) {
        String id = created(second, lab);
        Awaitility.await("the leader has heard of it")
            .atMost(BrainLab.PATIENCE)
            .until(() -> lab.get("/instances/" + id).statusCode() == 200);
        Administrator administrator = lab.vcenter().administrator();
        assertThat(administrator.unregister(id)).isTrue();
        Awaitility.await("the leader has closed its record")
            .atMost(BrainLab.PATIENCE)
            .until(() -> lab.get("/instances/" + id).statusCode() == 404);
        assertThat(
                at(second, lab, "DELETE", "/instances/" + id, BodyPublishers.noBody()).statusCode())
            .isEqualTo(204);
        assertThat(administrator.register(id)).isTrue();
        lab.awaitClones(0);
      }
    }
  }

  private static int renew(BrainLab lab, String lease, JupiterBrain brain) throws Exception {
    return at(brain, lab, "PUT", "/leases/" + lease, BodyPublishers.ofString(LEASE)).statusCode();
  }

  /** As the old broker inserts it, beside which ours run during a roll-over: an id and a time. */
  @Test
  void whatTheOldBrokerMakesIsAnUnknownOwnersAtBoth() throws Exception {
    try (BrainLab lab = lab().start()) {
      String id = id(lab.create());
      Administrator administrator = lab.vcenter().administrator();
      assertThat(administrator.unmark(id) && administrator.unregister(id)).isTrue();
      lab.stop();
      String database = postgres.database();
      lab.set("DATABASE_URL", database).start();
      try (JupiterBrain second = JupiterBrain.start(lab.settings());
          Connection old = ForgottenIntentIT.connect(database);
          Statement statement = old.createStatement()) {
        statement.execute(
            "INSERT INTO jupiter_brain.instances (id, created_at) VALUES ('" + id + "', now())");
        assertThat(administrator.register(id)).isTrue();
        lab.assertKept(id, LONG);
        HttpResponse<String> there =
            at(second, lab, "GET", "/instances/" + id, BodyPublishers.noBody());
        assertThat(there.statusCode()).isEqualTo(200);
        assertThat(data(there).get(0).path("warm").asBoolean()).isFalse();
        assertThat(created(second, lab)).isNotEqualTo(id);
        assertThat(lab.create().statusCode()).as("it takes up room").isEqualTo(503);
        assertThat(lab.call("DELETE", "/instances/" + id, null).statusCode()).isEqualTo(204);
        lab.awaitClones(1);
      }
    }
  }
}
