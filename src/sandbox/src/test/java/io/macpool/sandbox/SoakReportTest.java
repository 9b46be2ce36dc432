package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakReportTest {

  private static final JobSample PASSING = JobSample.builtIn(0);
  private static final List<String> TROUBLE = List.of("+3s broker killed");

  private final ReportedJobs jobs = new ReportedJobs();

  private SoakReport report(List<String> mishaps) {
    return new SoakReport(
        Duration.ofMinutes(1),
        jobs.entries(),
        List.of(),
        List.of(),
        List.of(),
        mishaps,
        ReportedJobs.T);
  }

  @Test
  void aRunWithoutFaultEndsWithSixZeros() {
    jobs.run(1, PASSING, "passed");
    jobs.run(2, PASSING, "passed");

    assertThat(report(TROUBLE).good()).isTrue();
    assertThat(report(TROUBLE).text())
        .isEqualToNormalizingNewlines(
            """
            jobs: 2 published in 1m0s, 2 ended (2.0 a minute), 0 reset on the way; 1 mishaps
            taken again after their end 0, run by two 0
            lost 0, false 0, leaked 0, overcommitted 0
            """);
  }

  @Test
  void aJobThatNeverEndedIsLostAndItsHistoryTold() {
    jobs.publish(1, PASSING);
    jobs.update(1, "job:test:receive", "received");

    assertThat(report(TROUBLE).good()).isFalse();
    assertThat(report(TROUBLE).text())
        .contains("! lost: job 1 (passing), published +0s, +1s received on 7b1e0d3c-aaaa")
        .contains("+3s broker killed")
        .contains("lost 1, false 0");
  }

  @Test
  void whatTheBrokerHandsOutAgainMayComeAfterTheFinish() {
    jobs.run(1, PASSING, "passed");
    jobs.comesLate(1, 1);

    assertThat(report(TROUBLE).repeated()).isZero();
  }

  @Test
  void aRunAfterTheFinishCountsUnlessTheQueueMayHaveTheJobTwice() {
    jobs.run(1, PASSING, "passed");
    jobs.startOn(1, "7b1e0d3c-bbbb");
    assertThat(report(TROUBLE).repeated()).isOne();

    jobs.publishTwice(1);
    assertThat(report(TROUBLE).repeated()).isZero();
  }

  @Test
  void aFinishInAnotherStateIsFalseEvenIfARightOneFollows() {
    jobs.run(1, PASSING, "failed");
    jobs.update(1, "job:test:finish", "passed");

    assertThat(report(TROUBLE).good()).isFalse();
    assertThat(report(TROUBLE).text()).contains("! false: job 1").contains("lost 0, false 1");
  }

  @Test
  void aJobThatIsTakenAgainAfterItsEndIsAFault() {
    jobs.run(1, PASSING, "passed");
    jobs.update(1, "job:test:receive", "received");

    assertThat(report(TROUBLE).good()).isFalse();
    assertThat(report(TROUBLE).text())
        .contains("! taken again: job 1")
        .contains("taken again after their end 1, run by two 0");
  }

  @Test
  void aRunThatReportsAfterAnotherHasStartedIsAFault() {
    jobs.publish(1, PASSING);
    jobs.update(1, "job:test:receive", "received");
    jobs.update(1, "job:test:start", "started");
    jobs.startOn(1, "another");
    jobs.update(1, "job:test:reset", "reset");
    jobs.run(1, PASSING, "passed");

    assertThat(report(TROUBLE).good()).isFalse();
    assertThat(report(TROUBLE).text()).contains("! by two: job 1").contains("run by two 1");
  }

  @Test
  void aResetIsToldAndNoFault() {
    jobs.publish(1, PASSING);
    jobs.update(1, "job:test:receive", "received");
    jobs.update(1, "job:test:reset", "reset");
    jobs.run(1, PASSING, "passed");

    assertThat(report(TROUBLE).text()).contains("1 reset");
    assertThat(report(TROUBLE).good()).isTrue();
  }

  @Test
  void whatIsLeftWhatWasTooMuchAndWhatDiedAreFaults() {
    SoakReport report =
        new SoakReport(
            Duration.ofMinutes(1),
            List.of(),
            List.of("vm-1 on mac-1"),
            List.of("3 VMs on a host of 2 slots"),
            List.of("jupiter-brain ended unasked, 1 times"),
            TROUBLE,
            ReportedJobs.T);

    assertThat(report.good()).isFalse();
    assertThat(report.text())
        .contains("! leaked: vm-1 on mac-1")
        .contains("! overcommitted: 3 VMs on a host of 2 slots")
        .contains("! jupiter-brain ended unasked")
        .contains("leaked 1, overcommitted 1");
  }
}
