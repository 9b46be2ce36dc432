package io.macpool.brain.vsphere;

import static org.assertj.core.api.Assertions.assertThat;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.TaskInfoState;
import io.macpool.brain.hypervisor.HypervisorFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TaskTrackerTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final ManagedObjectReference TASK = VimSession.reference("Task", "task-1");
  private static final Map<String, Object> RUNNING =
      Map.of(
          TaskTracker.STATE,
          TaskInfoState.running,
          TaskTracker.OPERATION,
          "VirtualMachine.destroy",
          TaskTracker.ENTITY,
          VimSession.reference("VirtualMachine", "vm-1"));
  private static final Map<String, Object> ENDED =
      Map.of(TaskTracker.STATE, TaskInfoState.success, TaskTracker.RESULT, "done");

  private final TaskTracker tasks =
      new TaskTracker(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), Runnable::run);

  @Test
  void anEndIsToldWhenItsTimeHasComeAndNotAsItIsSeen() {
    CompletableFuture<Object> ended = tasks.watch("work", TASK, LIMIT);
    tasks.update(TASK.val, RUNNING);
    tasks.update(TASK.val, ENDED);
    assertThat(ended).isNotDone();
    tasks.tell();
    assertThat(ended).isCompletedWithValue("done");
  }

  @Test
  void whoeverAsksBetweenSightAndTellingIsToldWithTheOthers() {
    tasks.update(TASK.val, ENDED);
    CompletableFuture<Object> ended = tasks.watch("work", TASK, LIMIT);
    assertThat(ended).isNotDone();
    tasks.tell();
    assertThat(ended).isCompletedWithValue("done");
  }

  @Test
  void aTaskThatEndedBeforeAnybodyAskedIsRemembered() {
    tasks.update(TASK.val, ENDED);
    tasks.tell();
    assertThat(tasks.watch("work", TASK, LIMIT)).isCompletedWithValue("done");
  }

  @Test
  void anEndThatLeavesInTheSameAnswerIsToldAllTheSame() {
    CompletableFuture<Object> ended = tasks.watch("work", TASK, LIMIT);
    tasks.update(TASK.val, ENDED);
    tasks.forget(TASK.val);
    tasks.tell();
    assertThat(ended).isCompletedWithValue("done");
    assertThat(tasks.watch("again", TASK, LIMIT)).isNotDone();
  }

  @Test
  void whatWasDestroyedIsKnownFromTheEndOfTheDestructionOn() {
    tasks.update(TASK.val, RUNNING);
    assertThat(tasks.destroyed(TASK.val)).isEmpty();
    tasks.update(TASK.val, ENDED);
    assertThat(tasks.destroyed(TASK.val)).map(vm -> vm.val).contains("vm-1");
    assertThat(tasks.destroyed("task-2")).isEmpty();
  }

  @Test
  void aNewSessionSeesEverythingAnewAndALookDirectlyMends() {
    CompletableFuture<Object> ended = tasks.watch("work", TASK, LIMIT);
    tasks.update(TASK.val, ENDED);
    tasks.forgetAll();
    tasks.tell();
    assertThat(ended).isNotDone();
    tasks.look(TASK.val, ENDED);
    assertThat(ended).isCompletedWithValue("done");
  }

  @Test
  void aTaskThatVCenterLostHasAnUnknownOutcome() {
    CompletableFuture<Object> ended = tasks.watch("work", TASK, LIMIT);
    tasks.lose(TASK.val);
    assertThat(ended)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(HypervisorFailure.OutcomeUnknown.class);
  }
}
