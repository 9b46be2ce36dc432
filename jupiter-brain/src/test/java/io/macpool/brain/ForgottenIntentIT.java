package io.macpool.brain;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.options.VCenterOptions;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A commit whose answer was lost leaves an intent and a slot that no creation knows of. */
class ForgottenIntentIT {

  static Connection connect(String database) throws SQLException {
    URI uri = URI.create(database);
    String[] login = uri.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(),
        login[0],
        login.length > 1 ? login[1] : "");
  }

  private static String phase(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("SELECT phase FROM jupiter_brain.instances WHERE id = 'lost'")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void itsBrokerClosesItAndTheSlotIsFree() throws Exception {
    try (SharedPostgres postgres = new SharedPostgres()) {
      String database = postgres.database();
      try (BrainLab lab =
              new BrainLab(VCenterOptions.defaults().withHosts(1))
                  .set("DATABASE_URL", database)
                  .set("REQUEST_TIMEOUT", "1s")
                  .start();
          Connection connection = connect(database);
          Statement statement = connection.createStatement()) {
        statement.execute(
            "INSERT INTO jupiter_brain.instances (id, created_at, phase, owner, broker, confirmed)"
                + " SELECT 'lost', now(), 'REQUESTED', 'default', id, FALSE"
                + " FROM jupiter_brain.brokers");
        statement.execute("UPDATE jupiter_brain.slots SET instance_id = 'lost' WHERE number = 1");
        assertThat(phase(statement)).isEqualTo("REQUESTED");

        Awaitility.await("the intent is closed")
            .atMost(BrainLab.PATIENCE)
            .until(() -> phase(statement).equals("GONE"));

        assertThat(lab.create().statusCode()).isEqualTo(201);
        assertThat(lab.create().statusCode()).isEqualTo(201);
      }
    }
  }
}
