package io.macpool.brain.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Statements on the table of brokers. */
final class BrokerRows {

  private BrokerRows() {}

  /** Says that one lives, and names those who said so within {@code trust}. */
  static Set<String> beat(Handle handle, String broker, Instant now, Duration trust) {
    int known =
        handle.execute(
            "UPDATE jupiter_brain.brokers SET seen_at = ? WHERE id = ?",
            InstanceRows.at(now),
            broker);
    if (known == 0) {
      handle.execute(
          "INSERT INTO jupiter_brain.brokers (id, seen_at) VALUES (?, ?)",
          broker,
          InstanceRows.at(now));
    }
    return new HashSet<>(
        handle
            .createQuery("SELECT id FROM jupiter_brain.brokers WHERE seen_at > :since")
            .bind("since", InstanceRows.at(now.minus(trust)))
            .mapTo(String.class)
            .list());
  }

  static void remove(Handle handle, String broker) {
    handle.execute("DELETE FROM jupiter_brain.brokers WHERE id = ?", broker);
  }
}
