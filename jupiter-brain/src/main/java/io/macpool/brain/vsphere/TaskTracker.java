package io.macpool.brain.vsphere;

import com.vmware.vim25.LocalizedMethodFault;
import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.TaskInfoState;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.vsphere.fault.Failures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Knows vCenter's recent tasks by its events, and completes a future for each that is ours. A task
 * may end before the call that started it returns; so what is seen is kept, whosever it is, for as
 * long as vCenter shows it.
 */
final class TaskTracker {

  static final String STATE = "info.state";
  static final String ERROR = "info.error";
  static final String RESULT = "info.result";
  static final String ENTITY = "info.entity";
  static final String OPERATION = "info.descriptionId";

  /** What a task's properties must be read for. */
  static final List<String> PATHS = List.of(STATE, ERROR, RESULT, ENTITY, OPERATION);

  private record Pending(
      String what,
      ManagedObjectReference task,
      CompletableFuture<Object> ended,
      Instant since,
      Instant deadline) {}

  private final Clock clock;
  private final Executor completions;
  private final Map<String, Map<String, Object>> seen = new HashMap<>();
  private final Map<String, Pending> pending = new HashMap<>();
  private final Set<String> untold = new LinkedHashSet<>();
  private final Set<String> left = new HashSet<>();

  /**
   * @param completions where futures complete, as the events' own thread must not wait
   */
  TaskTracker(Clock clock, Executor completions) {
    this.clock = clock;
    this.completions = completions;
  }

  /** A future of the task's result; it fails as the task does, or when the limit has passed. */
  synchronized CompletableFuture<Object> watch(
      String what, ManagedObjectReference task, Duration limit) {
    CompletableFuture<Object> ended = new CompletableFuture<>();
    Instant now = clock.instant();
    pending.put(task.val, new Pending(what, task, ended, now, now.plus(limit)));
    if (!untold.contains(task.val)) {
      settle(task.val);
    }
    return ended;
  }

  /** Takes in what was seen of a task, until {@link #tell}; a null value is one removed. */
  synchronized void update(String task, Map<String, Object> changes) {
    seen.computeIfAbsent(task, t -> new HashMap<>()).putAll(changes);
    untold.add(task);
  }

  /** Takes in that vCenter shows a task no more; it keeps one for minutes after its end. */
  synchronized void forget(String task) {
    left.add(task);
  }

  /** Tells those who wait for the tasks seen since the last time, if they have ended. */
  synchronized void tell() {
    untold.forEach(this::settle);
    untold.clear();
    seen.keySet().removeAll(left);
    left.clear();
  }

  /** Takes in a task that was looked at directly, and so will not be seen to go. */
  synchronized void look(String task, Map<String, Object> values) {
    seen.computeIfAbsent(task, t -> new HashMap<>()).putAll(values);
    settle(task);
    if (!pending.containsKey(task)) {
      seen.remove(task);
    }
  }

  /** The machine that a task has destroyed, if that is what it did. */
  synchronized Optional<ManagedObjectReference> destroyed(String task) {
    Map<String, Object> known = seen.getOrDefault(task, Map.of());
    return known.get(STATE) == TaskInfoState.success
            && operation(known).contains("destroy")
            && known.get(ENTITY) instanceof ManagedObjectReference entity
            && entity.type.equals("VirtualMachine")
        ? Optional.of(entity)
        : Optional.empty();
  }

  /** A new session sees everything anew. */
  synchronized void forgetAll() {
    seen.clear();
    untold.clear();
    left.clear();
  }

  /** The task does not exist any more and its end was not seen. */
  synchronized void lose(String task) {
    Pending lost = pending.remove(task);
    if (lost != null) {
      fail(
          lost,
          new HypervisorFailure.OutcomeUnknown(lost.what() + ": vCenter lost its task", null));
    }
  }

  /** Tasks of ours that no event has told of for longer than {@code patience}. */
  synchronized List<ManagedObjectReference> unseen(Duration patience) {
    Instant before = clock.instant().minus(patience);
    List<ManagedObjectReference> tasks = new ArrayList<>();
    pending.forEach(
        (task, awaited) -> {
          if (!seen.containsKey(task) && awaited.since().isBefore(before)) {
            tasks.add(awaited.task());
          }
        });
    return tasks;
  }

  /** Fails those whose time is over. */
  synchronized void expire() {
    Instant now = clock.instant();
    for (Pending late : List.copyOf(pending.values())) {
      if (now.isAfter(late.deadline())) {
        pending.remove(late.task().val);
        fail(
            late,
            new HypervisorFailure.OutcomeUnknown(
                late.what() + ": its task did not end within its time", null));
      }
    }
  }

  /** A task that runs on the object, if one is seen. */
  synchronized Optional<ManagedObjectReference> runningOn(String entity) {
    return seen.entrySet().stream()
        .filter(entry -> isRunning(entry.getValue()))
        .filter(
            entry ->
                entry.getValue().get(ENTITY) instanceof ManagedObjectReference reference
                    && reference.val.equals(entity))
        .map(entry -> VimSession.reference("Task", entry.getKey()))
        .findFirst();
  }

  /** Whether a clone of {@code image} runs that nobody here waits for. */
  synchronized boolean foreignCloneRuns(String image) {
    return seen.entrySet().stream()
        .filter(entry -> !pending.containsKey(entry.getKey()))
        .map(Map.Entry::getValue)
        .anyMatch(
            task ->
                isRunning(task)
                    && task.get(ENTITY) instanceof ManagedObjectReference entity
                    && entity.val.equals(image)
                    && operation(task).contains("clone"));
  }

  private static boolean isRunning(Map<String, Object> task) {
    Object state = task.get(STATE);
    return state == TaskInfoState.running || state == TaskInfoState.queued;
  }

  private static String operation(Map<String, Object> task) {
    return String.valueOf(task.get(OPERATION)).toLowerCase(Locale.ROOT);
  }

  private void settle(String task) {
    Map<String, Object> known = seen.get(task);
    Pending awaited = pending.get(task);
    if (known == null || awaited == null) {
      return;
    }
    if (known.get(STATE) == TaskInfoState.success) {
      pending.remove(task);
      Object result = known.get(RESULT);
      awaited.ended().completeAsync(() -> result, completions);
    } else if (known.get(STATE) == TaskInfoState.error) {
      pending.remove(task);
      fail(
          awaited,
          Failures.ofTask(
              awaited.what(), known.get(ERROR) instanceof LocalizedMethodFault told ? told : null));
    }
  }

  private void fail(Pending task, HypervisorFailure failure) {
    completions.execute(() -> task.ended().completeExceptionally(failure));
  }
}
