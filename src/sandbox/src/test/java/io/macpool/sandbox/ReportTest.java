package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sandbox.Report.Instances;
import io.macpool.sandbox.Report.Peak;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Instant T = Instant.parse("2026-11-21T10:00:00Z");
  private static final Peak PEAK = new Peak(8, 4, 8, 8);

  private final JobBoard board = new JobBoard();

  private Report report(long leaked) {
    return new Report(
        board.entries(), instance -> "mac-1", new Instances(2, 2 - leaked, leaked), PEAK);
  }

  private void run(long id, JobSample sample, String last) {
    board.published(id, sample, T);
    board.update(id, "received", null, T.plusMillis(1_500));
    board.update(id, "started", "7b1e0d3c-aaaa", T.plusSeconds(3));
    board.update(id, last, "7b1e0d3c-aaaa", T.plusSeconds(10));
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
    board.update(3, "passed", null, T.plusSeconds(11));

    assertThat(report(0).asExpected()).isFalse();
    assertThat(report(0).surprises())
        .containsExactly(
            "job 1 (passing) ended errored instead of passed",
            "job 2 (passing) never ended: last heard of as queued",
            "job 3 (passing) was finished 2 times");
    assertThat(report(0).lastLine()).contains("1 lost");
  }

  @Test
  void aLeakIsNeverAsExpected() {
    run(1, JobSample.builtIn(0), "passed");

    assertThat(report(1).asExpected()).isFalse();
  }

  @Test
  void aResetIsNoEndAndUpdatesOfForeignJobsAreIgnored() {
    board.published(1, JobSample.builtIn(0), T);
    board.update(1, "reset", null, T);

    assertThat(board.allEnded()).isFalse();
    assertThat(board.update(99, "passed", null, T)).isEmpty();
  }
}
