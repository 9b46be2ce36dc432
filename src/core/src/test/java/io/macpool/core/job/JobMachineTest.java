package io.macpool.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobMachineTest {

  private JobState state = JobState.received(JobMachinePropertyTest.limits(0, false, false));
  private final List<JobAction> actions = new ArrayList<>();

  @Test
  void aJobThatPassesGoesThroughEveryPhase() {
    List<Phase> phases = new ArrayList<>();
    for (JobEvent event :
        List.of(
            new JobEvent.Accepted(),
            new JobEvent.ScriptGenerated(),
            new JobEvent.InstanceCreated("vm-1"),
            new JobEvent.InstanceReachable(),
            new JobEvent.ScriptUploaded(),
            new JobEvent.ScriptExited(0),
            new JobEvent.LogClosed(),
            new JobEvent.ReportConfirmed(),
            new JobEvent.DeliverySettled(),
            new JobEvent.InstanceReleased())) {
      take(event);
      phases.add(state.phase());
    }
    assertThat(phases)
        .containsExactly(
            Phase.GENERATING,
            Phase.REQUESTING,
            Phase.BOOTING,
            Phase.UPLOADING,
            Phase.RUNNING,
            Phase.CLOSING_LOG,
            Phase.REPORTING,
            Phase.SETTLING,
            Phase.RELEASING,
            Phase.DONE);
    assertThat(state.settlement().orElseThrow().verdict()).isEqualTo(Verdict.PASSED);
    assertThat(actions).contains(new JobAction.ReleaseInstance("vm-1"));
  }

  @Test
  void aFullPoolIsWaitedForAndDoesNotUseUpTheTimeToStart() {
    running(new JobEvent.Accepted(), new JobEvent.ScriptGenerated());
    actions.clear();
    take(new JobEvent.SlotsFull(Duration.ofSeconds(7)));
    assertThat(state.phase()).isEqualTo(Phase.WAITING_FOR_SLOT);
    assertThat(actions)
        .containsExactly(
            new JobAction.StopTimer(Timer.STARTUP),
            new JobAction.StartTimer(Timer.SLOT_RETRY, Duration.ofSeconds(7)));
    take(new JobEvent.TimerFired(Timer.SLOT_RETRY));
    assertThat(actions).contains(new JobAction.RequestInstance());
  }

  @Test
  void aPoolThatStaysFullGivesTheJobBackButNotAsAFailureOfItsInstance() {
    running(new JobEvent.Accepted(), new JobEvent.ScriptGenerated());
    take(new JobEvent.TimerFired(Timer.SLOT_WAIT));
    assertThat(state.phase()).isEqualTo(Phase.REQUESTING);
    take(new JobEvent.SlotsFull(Duration.ofSeconds(7)));
    Settlement settlement = state.settlement().orElseThrow();
    assertThat(settlement.verdict()).isEqualTo(Verdict.RESET);
    assertThat(settlement.isStartFailure()).isFalse();
  }

  @Test
  void anInstanceThatComesAfterACancelIsReleasedBesideTheProcessorsNextJob() {
    running(new JobEvent.Accepted(), new JobEvent.ScriptGenerated());
    take(new JobEvent.Cancelled("no longer wanted"));
    take(new JobEvent.LogClosed());
    take(new JobEvent.ReportConfirmed());
    take(new JobEvent.DeliverySettled());
    assertThat(state.phase()).isEqualTo(Phase.RELEASING);
    assertThat(actions).endsWith(new JobAction.FreeProcessor());
    take(new JobEvent.InstanceCreated("late"));
    assertThat(actions).endsWith(new JobAction.ReleaseInstance("late"));
    take(new JobEvent.InstanceReleased());
    assertThat(state.phase()).isEqualTo(Phase.DONE);
  }

  @Test
  void aLostSessionIsRegainedAndTheJobGoesOn() {
    uptoRunning();
    take(new JobEvent.SessionLost("connection reset"));
    assertThat(state.phase()).isEqualTo(Phase.RECONNECTING);
    take(new JobEvent.SessionRegained());
    take(new JobEvent.ScriptExited(1));
    assertThat(state.settlement().orElseThrow().verdict()).isEqualTo(Verdict.FAILED);
  }

  @Test
  void aLostSessionThatIsNotRegainedGivesTheJobBack() {
    uptoRunning();
    take(new JobEvent.SessionLost("connection reset"));
    take(new JobEvent.TimerFired(Timer.RECONNECT));
    assertThat(state.settlement().orElseThrow().verdict()).isEqualTo(Verdict.RESET);
  }

  @Test
  void anUnconfirmedReportLeavesTheDeliveryToTheQueue() {
    uptoRunning();
    take(new JobEvent.ScriptExited(0));
    take(new JobEvent.LogClosed());
    take(new JobEvent.ReportGivenUp("the worker closes"));
    assertThat(actions).endsWith(new JobAction.SettleDelivery(false));
  }

  @ParameterizedTest
  @CsvSource({"0, RESET", "1, RESET", "2, ERRORED", "7, ERRORED"})
  void aJobThatUsesUpInstancesIsGivenUp(int priorFailures, Verdict verdict) {
    state = JobState.received(JobMachinePropertyTest.limits(priorFailures, false, false));
    running(new JobEvent.Accepted(), new JobEvent.ScriptGenerated());
    take(new JobEvent.InstanceRefused("vSphere said no"));
    Settlement settlement = state.settlement().orElseThrow();
    assertThat(settlement.verdict()).isEqualTo(verdict);
    assertThat(settlement.lastLine().orElseThrow())
        .as("for end users: no address of ours, nor what only operators can mend")
        .doesNotContain("vSphere said no");
  }

  /** The broker may have made it, and its answer was lost: nobody else would ever release it. */
  @Test
  void aJobThatGetsNoAnswerEndsAndItsInstanceIsReleasedWhenTheAnswerComes() {
    running(new JobEvent.Accepted(), new JobEvent.ScriptGenerated());
    take(new JobEvent.InstanceUnanswered("no answer"));
    assertThat(state.settlement().orElseThrow().verdict()).isEqualTo(Verdict.RESET);
    take(new JobEvent.LogClosed());
    take(new JobEvent.ReportConfirmed());
    take(new JobEvent.DeliverySettled());
    assertThat(state.phase()).isEqualTo(Phase.RELEASING);
    take(new JobEvent.InstanceCreated("late"));
    assertThat(actions).endsWith(new JobAction.ReleaseInstance("late"));
    take(new JobEvent.InstanceReleased());
    assertThat(state.phase()).isEqualTo(Phase.DONE);
  }

  @ParameterizedTest
  @CsvSource({"0, PASSED", "1, FAILED", "2, ERRORED", "137, ERRORED", "-1, ERRORED"})
  void anExitStatusSaysHowTheJobEnded(int status, Verdict verdict) {
    uptoRunning();
    take(new JobEvent.ScriptExited(status));
    assertThat(state.settlement().orElseThrow().verdict()).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({"HARD, 5m", "SILENCE, 6m"})
  void aTimeOutErrorsTheJobAndSaysWhich(Timer timer, String limit) {
    uptoRunning();
    take(new JobEvent.TimerFired(timer));
    Settlement settlement = state.settlement().orElseThrow();
    assertThat(settlement.verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(settlement.lastLine().orElseThrow()).contains(limit);
  }

  @Test
  void theTraceIsFetchedBeforeTheInstanceGoesAndCannotChangeTheResult() {
    state = JobState.received(JobMachinePropertyTest.limits(0, true, false));
    uptoRunning();
    take(new JobEvent.ScriptExited(0));
    assertThat(actions).endsWith(new JobAction.FetchTrace());
    assertThat(state.phase()).isEqualTo(Phase.TRACING);
    take(new JobEvent.Cancelled("too late"));
    assertThat(state.settlement().orElseThrow().verdict()).isEqualTo(Verdict.PASSED);
  }

  private void uptoRunning() {
    running(
        new JobEvent.Accepted(),
        new JobEvent.ScriptGenerated(),
        new JobEvent.InstanceCreated("vm-1"),
        new JobEvent.InstanceReachable(),
        new JobEvent.ScriptUploaded());
    assertThat(state.phase()).isEqualTo(Phase.RUNNING);
  }

  private void running(JobEvent... events) {
    for (JobEvent event : events) {
      take(event);
    }
  }

  private void take(JobEvent event) {
    JobStep step = JobMachine.step(state, event);
    state = step.state();
    actions.addAll(step.actions());
  }
}
