package io.macpool.operator.control;

import io.macpool.core.Observed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

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

  /** A call that is under way, or has ended and was not looked at yet. */
  private record Question(CompletableFuture<WorkerReport> report, Instant askedAt) {}

  private static final class Memory {
    @Nullable Question question;
    @Nullable Observed<WorkerReport> last;
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
    Map<String, Question> questions = new HashMap<>();
    workers.forEach((name, worker) -> questions.put(name, question(name, worker)));
    Instant deadline = clock.instant().plus(control.timeout());
    Map<String, Observed<WorkerReport>> answers = new HashMap<>();
    questions.forEach(
        (name, question) -> answers.put(name, answer(memory(name), question, deadline)));
    return answers;
  }

  private Memory memory(String name) {
    return memories.computeIfAbsent(name, n -> new Memory());
  }

  /** The one under way, else a new one. */
  private Question question(String name, WorkerEndpoint worker) {
    Memory memory = memory(name);
    Question question = memory.question;
    if (question == null) {
      Instant now = clock.instant();
      question = new Question(control.read(worker), now);
      memory.question = question;
    }
    return question;
  }

  private Observed<WorkerReport> answer(Memory memory, Question question, Instant deadline) {
    boolean silent = memory.last != null && !memory.last.isKnown();
    Instant until =
        silent ? earlier(deadline, clock.instant().plus(PATIENCE_WITH_SILENT)) : deadline;
    Observed<WorkerReport> seen;
    try {
      long wait = Math.max(0, Duration.between(clock.instant(), until).toMillis());
      WorkerReport report = question.report().get(wait, TimeUnit.MILLISECONDS);
      seen = Observed.known(report, question.askedAt());
      memory.told = Optional.of(report);
      memory.question = null;
    } catch (TimeoutException e) {
      seen = silentNow(memory, question, "no answer yet");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RemoteControlException failure && failure.locksOut()) {
        memory.lockedOut++;
      }
      memory.question = null;
      Throwable cause = e.getCause() == null ? e : e.getCause();
      seen = silentNow(memory, question, String.valueOf(cause.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      seen = silentNow(memory, question, "interrupted");
    }
    memory.last = seen;
    boolean unsettled = question.askedAt().isBefore(memory.unsettledUntil);
    return unsettled && seen.isKnown() ? Observed.unknown(UNSETTLED, question.askedAt()) : seen;
  }

  private static Observed<WorkerReport> silentNow(Memory memory, Question question, String why) {
    Instant since =
        memory.last == null
            ? question.askedAt()
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
    sizes.forEach((name, size) -> calls.put(name, send(name, endpoint(workers, name), size)));
    return failures(calls);
  }

  /** Lets workers finish and exit. */
  public Map<String, String> finish(Map<String, WorkerEndpoint> workers, Set<String> names) {
    Map<String, CompletableFuture<Void>> calls = new HashMap<>();
    names.forEach(name -> calls.put(name, control.finish(endpoint(workers, name))));
    return failures(calls);
  }

  private static WorkerEndpoint endpoint(Map<String, WorkerEndpoint> workers, String name) {
    return Objects.requireNonNull(workers.get(name), "only who can be asked is told");
  }

  /**
   * The Go worker ignores a size of 0: one that was told so and goes on as before must be made to
   * finish instead.
   */
  private CompletableFuture<Void> send(String name, WorkerEndpoint worker, int size) {
    Memory memory = memory(name);
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
      Memory memory = memory(name);
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
