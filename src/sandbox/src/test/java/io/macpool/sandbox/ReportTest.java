package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sandbox.Report.Instances;
import io.macpool.sandbox.Report.Peak;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.LogPart;
import io.macpool.sim.amqp.StateUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Instant T = Instant.parse("2026-11-21T10:00:00Z");
  private static final Map<String, Instant> TIMES =
      Map.of(
          "job:test:receive", T.plusMillis(1_500),
          "job:test:start", T.plusSeconds(3),
          "job:test:finish", T.plusSeconds(10),
          "job:test:reset", T.plusSeconds(4));
  private static final Peak PEAK = new Peak(8, 4, 8, 8);

  private final Map<Long, List<StateUpdate>> updates = new HashMap<>();
  private final Map<Long, List<LogPart>> parts = new HashMap<>();
  private final JobBoard board =
      new JobBoard(
          id ->
              new JobRecord(
                  id, updates.getOrDefault(id, List.of()), parts.getOrDefault(id, List.of())));

  private Report report(long leaked) {
    return new Report(
        board.entries(), instance -> "mac-1", new Instances(2, 2 - leaked, leaked), PEAK);
  }

  private void update(long id, String event, String state) {
    List<StateUpdate> before = updates.computeIfAbsent(id, key -> new ArrayList<>());
    ObjectNode body = new ObjectMapper().createObjectNode();
    body.putObject("meta").put("instance_id", "7b1e0d3c-aaaa");
    before.add(new StateUpdate(id, event, state, before.size(), body, TIMES.get(event)));
  }

  private void run(long id, JobSample sample, String last) {
    board.published(id, sample, T);
    update(id, "job:test:receive", "received");
    update(id, "job:test:start", "started");
    update(id, "job:test:finish", last);
    ObjectNode log = new ObjectMapper().createObjectNode();
    parts.put(id, List.of(new LogPart(id, 0, "", true, log, T)));
  }

  @Test
  void theLastLineCountsJobsInstancesAndThePeak() {
    run(1, JobSample.builtIn(0), "passed");
    run(2, JobSample.builtIn(2), "failed");

    assertThat(report(0).lastLine())
        .isEqualTo(
            "jobs: 2 published, 1 passed, 1 failed, 0 errored, 0 lost"
                + " | instances: 2 created, 2 destroyed, 0 leaked"
                + " | peak: 8 VMs on 4 hosts, 8 of 8 processors");
    assertThat(report(0).asExpected()).isTrue();
    assertThat(report(0).surprises()).isEmpty();
  }

  @Test
  void theTableTellsHowLongEachJobWaitedBootedAndRan() {
    run(1, JobSample.builtIn(0), "passed");

    assertThat(report(0).table().lines().toList().get(1).split(" +"))
        .containsExactly("1", "example/app", "passed", "1.5s", "1.5s", "7s", "7b1e0d3c", "mac-1");
  }

  @Test
  void aWrongStateALostJobAndASecondFinishAreSurprises() {
    run(1, JobSample.builtIn(0), "errored");
    board.published(2, JobSample.builtIn(0), T);
    run(3, JobSample.builtIn(0), "passed");
    update(3, "job:test:finish", "passed");

    assertThat(report(0).asExpected()).isFalse();
    assertThat(report(0).surprises())
        .containsExactly(
            "job 1 (passing) ended errored instead of passed",
            "job 2 (passing) never ended: last heard of as queued",
            "job 3 (passing) was finished 2 times");
    assertThat(report(0).lastLine()).contains("1 lost");
  }

  @Test
  void aJobThatWasReportedAgainstTheContractIsASurprise() {
    run(1, JobSample.builtIn(0), "passed");
    updates.get(1L).remove(1);

    assertThat(report(0).surprises())
        .singleElement()
        .asString()
        .contains("was reported badly")
        .contains("STATE_GAP");
  }

  @Test
  void aLeakIsNeverAsExpected() {
    run(1, JobSample.builtIn(0), "passed");

    assertThat(report(1).asExpected()).isFalse();
  }

  @Test
  void aResetIsNoEnd() {
    board.published(1, JobSample.builtIn(0), T);
    update(1, "job:test:receive", "received");
    update(1, "job:test:reset", "reset");

    assertThat(board.entries().get(0).ended()).isFalse();
    assertThat(board.entries().get(0).state()).isEqualTo("reset");
  }
}
