package io.macpool.console.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What was told of jobs last, as it was told. */
final class JobRows {

  private JobRows() {}

  static void save(Handle handle, Map<Long, String> jobs, Instant now) {
    PreparedBatch gone = handle.prepareBatch("DELETE FROM jobs WHERE id = ?");
    PreparedBatch rows =
        handle.prepareBatch("INSERT INTO jobs (id, heard_ms, body) VALUES (?, ?, ?)");
    jobs.forEach(
        (id, body) -> {
          gone.add(id);
          rows.add(id, now.toEpochMilli(), body);
        });
    SeenRows.run(gone);
    SeenRows.run(rows);
  }

  static List<String> load(Handle handle, int most) {
    List<String> bodies =
        new ArrayList<>(
            handle
                .createQuery("SELECT body FROM jobs ORDER BY heard_ms DESC, id DESC LIMIT ?")
                .bind(0, most)
                .mapTo(String.class)
                .list());
    Collections.reverse(bodies);
    return bodies;
  }

  static void forget(Handle handle, int most) {
    handle
        .createQuery("SELECT heard_ms FROM jobs ORDER BY heard_ms DESC LIMIT 1 OFFSET ?")
        .bind(0, most)
        .mapTo(Long.class)
        .findOne()
        .ifPresent(oldest -> handle.execute("DELETE FROM jobs WHERE heard_ms <= ?", oldest));
  }
}
