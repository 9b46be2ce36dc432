package io.macpool.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.job.JobState.InstanceStanding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Throws events at a job in any order, then lets the neighbours answer whatever they still owe, and
 * looks at everything that was done.
 */
class JobMachinePropertyTest {

  static JobLimits limits(int priorFailures, boolean trace, boolean keepSilent) {
    Map<Timer, Duration> timers = new EnumMap<>(Timer.class);
    for (Timer timer : Timer.values()) {
      timers.put(timer, Duration.ofMinutes(1 + timers.size()));
    }
    return new JobLimits(timers, 1000, priorFailures, 3, trace, keepSilent);
  }

  @Property(tries = 3000)
  void everyJobEndsOnceAndInOrder(
      @ForAll("events") List<JobEvent> events, @ForAll boolean trace, @ForAll boolean keepSilent) {
    Run run = new Run(limits(0, trace, keepSilent));
    events.forEach(run::offer);
    run.finish();

    assertThat(run.state.phase()).isEqualTo(Phase.DONE);
    assertThat(run.count(JobAction.OpenLog.class)).isEqualTo(1);
    assertThat(run.count(JobAction.CloseLog.class)).isEqualTo(1);
    assertThat(run.count(JobAction.FreeProcessor.class)).isEqualTo(1);
    assertThat(run.count(JobAction.SettleDelivery.class)).isEqualTo(1);
    Verdict verdict = run.state.settlement().orElseThrow().verdict();
    assertThat(run.count(JobAction.Report.class)).isEqualTo(verdict == Verdict.ABANDONED ? 0 : 1);
    List<JobAction> afterFree =
        run.actions.subList(
            run.actions.indexOf(new JobAction.FreeProcessor()) + 1, run.actions.size());
    assertThat(afterFree)
        .as("done once the processor is free")
        .allMatch(action -> action instanceof JobAction.ReleaseInstance);
    assertThat(run.ackedBeforeConfirm).as("acked before the report was confirmed").isFalse();
    assertThat(run.created - run.kept).as("instances made and released").isEqualTo(run.released);
    assertThat(run.state.mayHoldInstance()).isFalse();
  }

  @Property(tries = 1000)
  void noEventChangesAJobThatIsDone(@ForAll("events") List<JobEvent> events) {
    Run run = new Run(limits(0, false, false));
    run.offer(new JobEvent.Cancelled(""));
    run.finish();
    for (JobEvent event : events) {
      assertThat(JobMachine.step(run.state, event)).isEqualTo(new JobStep(run.state, List.of()));
    }
  }

  @Property(tries = 1000)
  void onlyAnExitStatusOfZeroPasses(@ForAll("events") List<JobEvent> events) {
    Run run = new Run(limits(0, false, false));
    events.forEach(run::offer);
    run.finish();
    boolean exitedWithZero = run.state.outcome().orElseThrow().equals(new Outcome.Exited(0));
    Verdict verdict = run.state.settlement().orElseThrow().verdict();
    assertThat(verdict == Verdict.PASSED).isEqualTo(exitedWithZero);
  }

  @Provide
  Arbitrary<List<JobEvent>> events() {
    Arbitrary<JobEvent> forward =
        Arbitraries.of(
            new JobEvent.Accepted(),
            new JobEvent.ScriptGenerated(),
            new JobEvent.InstanceCreated("vm"),
            new JobEvent.InstanceReachable(),
            new JobEvent.ScriptUploaded(),
            new JobEvent.ScriptExited(0));
    Arbitrary<JobEvent> any =
        Arbitraries.of(
            new JobEvent.Rejected("no config"),
            new JobEvent.ScriptRefused("bad"),
            new JobEvent.ScriptUnavailable("gone"),
            new JobEvent.SlotsFull(Duration.ofSeconds(3)),
            new JobEvent.InstanceRefused("500"),
            new JobEvent.InstanceUnanswered("silent"),
            new JobEvent.InstanceLost("404"),
            new JobEvent.LoginFailed("it takes no keys"),
            new JobEvent.UploadFailed("stale"),
            new JobEvent.ScriptExited(1),
            new JobEvent.ScriptExited(137),
            new JobEvent.SessionLost("cut"),
            new JobEvent.SessionRegained(),
            new JobEvent.TraceFetched(),
            new JobEvent.LogLimitReached(),
            new JobEvent.Cancelled("by a test"),
            new JobEvent.TakenElsewhere("other"),
            new JobEvent.WorkerStopping(),
            new JobEvent.LogClosed(),
            new JobEvent.ReportConfirmed(),
            new JobEvent.ReportGivenUp("closing"),
            new JobEvent.DeliverySettled(),
            new JobEvent.InstanceReleased());
    Arbitrary<JobEvent> timers =
        Arbitraries.of(Timer.class).map(timer -> (JobEvent) new JobEvent.TimerFired(timer));
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(6, forward),
            net.jqwik.api.Tuple.of(3, any),
            net.jqwik.api.Tuple.of(1, timers))
        .list()
        .ofMaxSize(60);
  }

  /** Plays the neighbours, which answer only what they were asked. */
  private static final class Run {
    private final List<JobAction> actions = new ArrayList<>();
    private JobState state;
    private int created;
    private int released;
    private int kept;
    private boolean confirmed;
    private boolean ackedBeforeConfirm;

    Run(JobLimits limits) {
      state = JobState.received(limits);
    }

    void offer(JobEvent event) {
      boolean asked = !(event instanceof JobEvent.LogClosed) || state.phase() == Phase.CLOSING_LOG;
      if (asked) {
        take(event);
      }
    }

    /** Whatever is still owed comes in the end, by a stopping worker at the latest. */
    void finish() {
      take(new JobEvent.WorkerStopping());
      take(new JobEvent.LogClosed());
      take(new JobEvent.ReportConfirmed());
      take(new JobEvent.DeliverySettled());
      take(new JobEvent.InstanceRefused("late"));
      take(new JobEvent.InstanceReleased());
    }

    private void take(JobEvent event) {
      InstanceStanding before = state.standing();
      boolean reporting = state.phase() == Phase.REPORTING;
      JobStep step = JobMachine.step(state, event);
      if (event instanceof JobEvent.ReportConfirmed && reporting) {
        confirmed = true;
      }
      state = step.state();
      actions.addAll(step.actions());
      if (before == InstanceStanding.REQUESTED && event instanceof JobEvent.InstanceCreated) {
        created++;
      }
      if (before == InstanceStanding.HELD && state.standing() == InstanceStanding.RELEASED) {
        kept++;
      }
      for (JobAction action : step.actions()) {
        if (action instanceof JobAction.ReleaseInstance) {
          released++;
        }
        if (action instanceof JobAction.SettleDelivery settle && settle.acked()) {
          ackedBeforeConfirm |= !confirmed;
        }
      }
    }

    long count(Class<? extends JobAction> type) {
      return actions.stream().filter(type::isInstance).count();
    }
  }
}
