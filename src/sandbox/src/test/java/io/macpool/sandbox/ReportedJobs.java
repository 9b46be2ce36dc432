package io.macpool.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.LogPart;
import io.macpool.sim.amqp.StateUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Jobs with made-up reports. */
final class ReportedJobs {

  /** When every job was published. */
  static final Instant T = Instant.parse("2026-11-21T10:00:00Z");

  private static final Map<String, Instant> TIMES =
      Map.of(
          "job:test:receive", T.plusMillis(1_500),
          "job:test:start", T.plusSeconds(3),
          "job:test:finish", T.plusSeconds(10),
          "job:test:reset", T.plusSeconds(4));

  private final Map<Long, List<StateUpdate>> updates = new HashMap<>();
  private final Map<Long, List<LogPart>> parts = new HashMap<>();
  private final JobBoard board =
      new JobBoard(
          id ->
              new JobRecord(
                  id, updates.getOrDefault(id, List.of()), parts.getOrDefault(id, List.of())));

  List<JobBoard.Entry> entries() {
    return board.entries();
  }

  void publish(long id, JobSample sample) {
    board.published(id, sample, T);
  }

  void update(long id, String event, String state) {
    update(id, event, state, "7b1e0d3c-aaaa");
  }

  /** Another run of it starts. */
  void startOn(long id, String instance) {
    update(id, "job:test:start", "started", instance);
  }

  /** It comes at last: its worker, or the collector, lost its connection meanwhile. */
  void comesLate(long id, int index) {
    List<StateUpdate> all = updates.get(id);
    all.add(all.remove(index));
  }

  /** Its message may be in the queue twice. */
  void publishTwice(long id) {
    board.publishedAgain(id);
  }

  private void update(long id, String event, String state, String instance) {
    List<StateUpdate> before = updates.computeIfAbsent(id, key -> new ArrayList<>());
    ObjectNode body = new ObjectMapper().createObjectNode();
    body.putObject("meta").put("instance_id", instance);
    before.add(new StateUpdate(id, event, state, before.size(), body, TIMES.get(event)));
  }

  void forgetUpdate(long id, int index) {
    updates.get(id).remove(index);
  }

  /** A whole life, that ends in the state {@code last}. */
  void run(long id, JobSample sample, String last) {
    publish(id, sample);
    update(id, "job:test:receive", "received");
    update(id, "job:test:start", "started");
    update(id, "job:test:finish", last);
    ObjectNode log = new ObjectMapper().createObjectNode();
    parts.put(id, List.of(new LogPart(id, 0, "", true, log, T)));
  }
}
