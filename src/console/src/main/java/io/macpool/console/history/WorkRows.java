package io.macpool.console.history;

import io.macpool.core.usage.WaitHistogram;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Waits and outcomes of jobs. */
final class WorkRows {

  private WorkRows() {}

  static void save(Handle handle, Bucket bucket, Map<String, Work> work) {
    int grain = bucket.grain().number();
    long from = bucket.from().toEpochMilli();
    handle.execute("DELETE FROM work WHERE grain = ? AND from_ms = ?", grain, from);
    PreparedBatch rows =
        handle.prepareBatch(
            "INSERT INTO work (grain, from_ms, queue, waits, outcomes) VALUES (?, ?, ?, ?, ?)");
    work.forEach(
        (queue, each) -> rows.add(grain, from, queue, each.waits().text(), each.outcomesText()));
    SeenRows.run(rows);
  }

  static Map<String, Work> load(Handle handle, Grain grain, Instant from) {
    Map<String, Work> work = new HashMap<>();
    handle
        .createQuery("SELECT queue, waits, outcomes FROM work WHERE grain = ? AND from_ms = ?")
        .bind(0, grain.number())
        .bind(1, from.toEpochMilli())
        .map(
            (row, context) ->
                Map.entry(
                    row.getString("queue"),
                    new Work(
                        WaitHistogram.parse(row.getString("waits")),
                        Work.outcomes(row.getString("outcomes")))))
        .forEach(each -> work.put(each.getKey(), each.getValue()));
    return work;
  }

  static void forget(Handle handle, Grain grain, Instant oldest) {
    handle.execute(
        "DELETE FROM work WHERE grain = ? AND from_ms < ?",
        grain.number(),
        grain.floor(oldest).toEpochMilli());
  }
}
