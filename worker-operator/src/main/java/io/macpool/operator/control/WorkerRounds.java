package io.macpool.operator.control;

import io.macpool.core.Observed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks and tells the workers of one cluster, all at once. One that does not answer delays the
 * others by one time-out once: while it stays silent, a call to it goes on in the background and
 * nobody waits for it.
 *
 * <p>After a call that may or may not have been acted on, a worker counts as unknown until every
 * call still under way must have ended: what it says before could be overtaken.
 *
 * <p>Used by one reconciliation at a time, as the framework runs them for each resource.
 */
public final class WorkerRounds {

  /** A worker that was silent last time gets this long before the round goes on without it. */
  private static final Duration PATIENCE_WITH_SILENT = Duration.ofMillis(20);

  private static final String UNSETTLED = "a call to it may still take effect";

  private final RemoteControl control;
  private final Clock clock;
  private final Map<String, Memory> memories = new HashMap<>();

  private static final class Memory {
    CompletableFuture<WorkerReport> question;
    Instant askedAt;
    Observed<WorkerReport> last;
    Optional<WorkerReport> told = Optional.empty();
    Instant unsettledUntil = Instant.MIN;
    int zeroesIgnored;
    int lockedOut;
  }

  public WorkerRounds(RemoteControl control, Clock clock) {
    this.control = control;
    this.clock = clock;
  }

  /** Asks every worker, and forgets those that are not among them. */
  public Map<String, Observed<WorkerReport>> ask(Map<String, WorkerEndpoint> workers) {
    memories.keySet().retainAll(workers.keySet());
    workers.forEach(this::startAsking);
    Instant deadline = clock.instant().plus(control.timeout());
    Map<String, Observed<WorkerReport>> answers = new HashMap<>();
    for (String name : workers.keySet()) {
      answers.put(name, answer(memories.get(name), deadline));
    }
    return answers;
  }

  private void startAsking(String name, WorkerEndpoint worker) {
    Memory memory = memories.computeIfAbsent(name, n -> new Memory());
    if (memory.question == null) {
      memory.askedAt = clock.instant();
      memory.question = control.read(worker);
    }
  }

  private Observed<WorkerReport> answer(Memory memory, Instant deadline) {
    boolean silent = memory.last != null && !memory.last.isKnown();
    Instant until =
        silent ? earlier(deadline, clock.instant().plus(PATIENCE_WITH_SILENT)) : deadline;
    Observed<WorkerReport> seen;
    try {
      long wait = Math.max(0, Duration.between(clock.instant(), until).toMillis());
      WorkerReport report = memory.question.get(wait, TimeUnit.MILLISECONDS);
      seen = Observed.known(report, memory.askedAt);
      memory.told = Optional.of(report);
      memory.question = null;
    } catch (TimeoutException e) {
      seen = silentNow(memory, "no answer yet");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RemoteControlException failure && failure.locksOut()) {
        memory.lockedOut++;
      }
      memory.question = null;
      seen = silentNow(memory, String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      seen = silentNow(memory, "interrupted");
    }
    memory.last = seen;
    boolean unsettled = memory.askedAt.isBefore(memory.unsettledUntil);
    return unsettled && seen.isKnown() ? Observed.unknown(UNSETTLED, memory.askedAt) : seen;
  }

  private Observed<WorkerReport> silentNow(Memory memory, String why) {
    Instant since =
        memory.last == null
            ? memory.askedAt
            : memory.last.match(known -> known.at(), unknown -> unknown.since());
    return Observed.unknown(why, since);
  }

  /** How often the worker refused the credential that it was asked with. */
  public int lockedOut(String name) {
    return Optional.ofNullable(memories.get(name)).map(memory -> memory.lockedOut).orElse(0);
  }

  /** What the worker told last, now or before it fell silent, if it did since our start. */
  public Optional<WorkerReport> last(String name) {
    return Optional.ofNullable(memories.get(name)).flatMap(m -> m.told);
  }

  /**
   * Tells workers their sizes, and waits for the answers.
   *
   * @return for each worker that could not be told, why
   */
  public Map<String, String> tell(Map<String, WorkerEndpoint> workers, Map<String, Integer> sizes) {
    Map<String, CompletableFuture<Void>> calls = new HashMap<>();
    sizes.forEach((name, size) -> calls.put(name, send(name, workers.get(name), size)));
    return failures(calls);
  }

  /** Lets workers finish and exit. */
  public Map<String, String> finish(Map<String, WorkerEndpoint> workers, Set<String> names) {
    Map<String, CompletableFuture<Void>> calls = new HashMap<>();
    names.forEach(name -> calls.put(name, control.finish(workers.get(name))));
    return failures(calls);
  }

  /**
   * The Go worker ignores a size of 0: one that was told so and goes on as before must be made to
   * finish instead.
   */
  private CompletableFuture<Void> send(String name, WorkerEndpoint worker, int size) {
    Memory memory = memories.get(name);
    if (size > 0) {
      memory.zeroesIgnored = 0;
      return control.resize(worker, size);
    }
    memory.zeroesIgnored++;
    return memory.zeroesIgnored <= 2 ? control.resize(worker, 0) : control.finish(worker);
  }

  private Map<String, String> failures(Map<String, CompletableFuture<Void>> calls) {
    Map<String, String> failures = new HashMap<>();
    calls.forEach(
        (name, call) ->
            outcome(call)
                .ifPresent(
                    failure -> {
                      failures.put(name, failure.getMessage());
                      unsettle(name, failure);
                    }));
    return failures;
  }

  private void unsettle(String name, RemoteControlException failure) {
    if (!failure.refused()) {
      Memory memory = memories.get(name);
      memory.unsettledUntil = clock.instant().plus(control.timeout());
      memory.question = null;
    }
  }

  private static Optional<RemoteControlException> outcome(CompletableFuture<Void> call) {
    try {
      call.join();
      return Optional.empty();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RemoteControlException failure) {
        return Optional.of(failure);
      }
      throw e;
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
