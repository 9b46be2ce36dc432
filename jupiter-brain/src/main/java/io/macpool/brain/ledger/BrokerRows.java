package io.macpool.brain.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Statements on the table of brokers. Times are the database's, whoever's clock is wrong. */
final class BrokerRows {

  private BrokerRows() {}

  /** Says that one lives, and tells who else did when. */
  static Heartbeat beat(Handle handle, String broker, Duration trust) {
    int known =
        handle.execute(
            "UPDATE jupiter_brain.brokers SET seen_at = CURRENT_TIMESTAMP WHERE id = ?", broker);
    if (known == 0) {
      handle.execute(
          "INSERT INTO jupiter_brain.brokers (id, seen_at) VALUES (?, CURRENT_TIMESTAMP)", broker);
    }
    Set<String> present = new HashSet<>();
    Set<String> living = new HashSet<>();
    Instant[] now = new Instant[1];
    handle
        .createQuery("SELECT id, seen_at, CURRENT_TIMESTAMP AS now FROM jupiter_brain.brokers")
        .map(
            (row, context) -> {
              now[0] = instant(row, "now");
              present.add(row.getString("id"));
              if (instant(row, "seen_at").isAfter(now[0].minus(trust))) {
                living.add(row.getString("id"));
              }
              return row.getString("id");
            })
        .list();
    return new Heartbeat(now[0], living, present);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** None lives: the database is one process's, and that has just begun. */
  static void removeAll(Handle handle) {
    handle.execute("DELETE FROM jupiter_brain.brokers");
  }

  static void remove(Handle handle, String broker) {
    handle.execute("DELETE FROM jupiter_brain.brokers WHERE id = ?", broker);
  }
}
