package io.macpool.brain;

import static io.macpool.brain.BrainLab.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.net.TcpGate;
import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.URI;
import java.net.http.HttpResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A broker whose database goes away, and comes back. */
class DatabaseOutageIT {

  @Test
  void whatIsKnownIsToldAndWhatMustBeRecordedIsRefusedUntilItIsBack() throws Exception {
    try (SharedPostgres postgres = new SharedPostgres()) {
      URI database = URI.create(postgres.database());
      try (TcpGate gate = TcpGate.open(database.getHost(), database.getPort(), 0);
          BrainLab lab = lab(through(gate, database))) {
        HttpResponse<String> made = lab.create();
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(readiness(lab)).doesNotContain("warnings");
        gate.stop();

        HttpResponse<String> refused = lab.create();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body())
            .contains("\"code\":\"ledger\"", "in the ledger")
            .doesNotContain("SELECT", "Exception", database.getPath().substring(1));
        HttpResponse<String> known = lab.get("/instances/" + id(made));
        assertThat(known.statusCode()).as(known.body()).isEqualTo(200);
        Awaitility.await("the outage is told of")
            .atMost(BrainLab.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(readiness(lab))
                        .contains("\"status\":\"ok\"", "warnings", "in the ledger"));
        assertThat(lab.vcenter().clones()).hasSize(1);

        gate.start();
        Awaitility.await("all is well again")
            .atMost(BrainLab.PATIENCE)
            .untilAsserted(() -> assertThat(readiness(lab)).doesNotContain("warnings"));
        assertThat(lab.create().statusCode()).isEqualTo(201);
        assertThat(lab.call("DELETE", "/instances/" + id(made), null).statusCode()).isEqualTo(204);
      }
    }
  }

  static String through(TcpGate gate, URI database) {
    return "postgres://"
        + database.getRawUserInfo()
        + "@127.0.0.1:"
        + gate.port()
        + database.getRawPath();
  }

  private static BrainLab lab(String database) throws Exception {
    return new BrainLab(VCenterOptions.defaults().withHosts(2))
        .set("DATABASE_URL", database)
        .start();
  }

  private static String readiness(BrainLab lab) throws Exception {
    return lab.get("/health/ready").body();
  }
}
