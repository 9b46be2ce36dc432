package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import io.macpool.brain.hypervisor.HypervisorFailure;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Runs a task that may be asked for again without harm (everything but a clone) until it is done: a
 * lost answer, a lost task and a machine that is busy with something else are reasons to ask again.
 */
final class VSphereTasks {

  private static final int ATTEMPTS = 6;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /** Breaks the circle of tasks completing on the threads of calls that wait for tasks. */
  static final class Bridge implements Executor {

    private volatile Executor target = Runnable::run;

    void to(Executor executor) {
      target = executor;
    }

    @Override
    public void execute(Runnable task) {
      target.execute(task);
    }
  }

  private final VimCaller calls;
  private final TaskTracker tasks;
  private final Duration limit;

  VSphereTasks(VimCaller calls, TaskTracker tasks, Duration limit) {
    this.calls = calls;
    this.tasks = tasks;
    this.limit = limit;
  }

  /**
   * @param done kinds of failure that mean that there was nothing left to do: then false
   */
  CompletableFuture<Boolean> settle(
      String what, Set<String> done, VimCaller.Call<ManagedObjectReference> start) {
    return attempt(1, what, done, start);
  }

  private CompletableFuture<Boolean> attempt(
      int number, String what, Set<String> done, VimCaller.Call<ManagedObjectReference> start) {
    return calls
        .call(what, true, start)
        .thenCompose(task -> tasks.watch(what, task, limit))
        .handle((result, failure) -> unwrap(failure))
        .thenCompose(
            failure -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(true);
              }
              if (failure instanceof HypervisorFailure known && done.contains(known.kind())) {
                return CompletableFuture.completedFuture(false);
              }
              if (number >= ATTEMPTS || !isPassing(failure)) {
                return CompletableFuture.failedFuture(failure);
              }
              long most = FIRST_PAUSE.toMillis() << number;
              long pause = most / 2 + ThreadLocalRandom.current().nextLong(most / 2);
              Executor later =
                  CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, calls.executor());
              return CompletableFuture.supplyAsync(() -> null, later)
                  .thenCompose(nothing -> attempt(number + 1, what, done, start));
            });
  }

  private static boolean isPassing(Throwable failure) {
    return failure instanceof HypervisorFailure.OutcomeUnknown
        || failure instanceof HypervisorFailure.Unavailable
        || (failure instanceof HypervisorFailure.Refused refused
            && refused.kind().equals("TaskInProgress"));
  }

  private static Throwable unwrap(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
