package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sandbox.Report.Instances;
import io.macpool.sandbox.Report.Peak;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Peak PEAK = new Peak(8, 4, 8, 8);

  private final ReportedJobs jobs = new ReportedJobs();

  private Report report(long leaked) {
    return new Report(
        jobs.entries(), instance -> "mac-1", new Instances(2, 2 - leaked, leaked), PEAK);
  }

  @Test
  void theLastLineCountsJobsInstancesAndThePeak() {
    jobs.run(1, JobSample.builtIn(0), "passed");
    jobs.run(2, JobSample.builtIn(2), "failed");

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
    jobs.run(1, JobSample.builtIn(0), "passed");

    assertThat(report(0).table().lines().toList().get(1).split(" +"))
        .containsExactly("1", "example/app", "passed", "1.5s", "1.5s", "7s", "7b1e0d3c", "mac-1");
  }

  @Test
  void aWrongStateALostJobAndASecondFinishAreSurprises() {
    jobs.run(1, JobSample.builtIn(0), "errored");
    jobs.publish(2, JobSample.builtIn(0));
    jobs.run(3, JobSample.builtIn(0), "passed");
    jobs.update(3, "job:test:finish", "passed");

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
    jobs.run(1, JobSample.builtIn(0), "passed");
    jobs.forgetUpdate(1, 1);

    assertThat(report(0).surprises())
        .singleElement()
        .asString()
        .contains("was reported badly")
        .contains("STATE_GAP");
  }

  @Test
  void aLeakIsNeverAsExpected() {
    jobs.run(1, JobSample.builtIn(0), "passed");

    assertThat(report(1).asExpected()).isFalse();
  }

  @Test
  void aResetIsNoEnd() {
    jobs.publish(1, JobSample.builtIn(0));
    jobs.update(1, "job:test:receive", "received");
    jobs.update(1, "job:test:reset", "reset");

    assertThat(jobs.entries().get(0).ended()).isFalse();
    assertThat(jobs.entries().get(0).state()).isEqualTo("reset");
  }
}
