package io.macpool.brain.lifecycle.execution;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ledger for those who must not wait: a bounded number of threads ask it. What many ask for at
 * once is gathered into one transaction.
 */
public final class LedgerExecutor implements AutoCloseable {

  private static final int WAITING = 10_000;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /**
   * @param nanos when it was found, by our monotonic time
   */
  private record Outage(LedgerException failure, long nanos) {}

  private final Ledger ledger;
  private final BrokerRuntime runtime;
  private final ExecutorService threads;
  private final Batcher<Transition, Transition.Outcome> transitions;
  private volatile @Nullable Outage outage;
  private final Map<String, Transition> unrecorded = new ConcurrentHashMap<>();

  /**
   * @param threads how many questions at a time; as many as there are connections
   */
  public LedgerExecutor(Ledger ledger, int threads, BrokerRuntime runtime) {
    this.ledger = ledger;
    this.runtime = runtime;
    this.threads = runtime.pool("ledger", threads, WAITING);
    this.transitions = batcher(Transition::id, Ledger::advance);
  }

  /**
   * Asks, and completes with the answer or with a {@link LedgerException}. What was asked before
   * the database was found to be away is not asked of it one by one.
   */
  public <T> CompletableFuture<T> ask(Function<Ledger, T> question) {
    long asked = runtime.nanos();
    try {
      return CompletableFuture.supplyAsync(() -> answer(question, asked), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(overrun(e));
    }
  }

  private <T> T answer(Function<Ledger, T> question, long asked) {
    Outage last = outage;
    if (last != null && last.nanos() - asked > 0) {
      throw new LedgerException(String.valueOf(last.failure().getMessage()), last.failure());
    }
    try {
      return question.apply(ledger);
    } catch (LedgerException e) {
      if (e.isUnreachable()) {
        outage = new Outage(e, runtime.nanos());
      }
      throw e;
    }
  }

  /**
   * Lets something happen to an instance if it can, see {@link Ledger#advance(List)}. That an owner
   * knows of its instance is kept, if it can't be recorded now, until {@link #confirmPending} has
   * recorded it.
   */
  public CompletableFuture<Transition.Outcome> advance(Transition transition) {
    if (transition.event() != InstanceEvent.CONFIRMED) {
      return transitions.ask(transition);
    }
    unrecorded.put(transition.id(), transition);
    return transitions
        .ask(transition)
        .whenComplete((done, failure) -> recorded(transition, failure));
  }

  private void recorded(Transition transition, Throwable failure) {
    if (failure == null) {
      unrecorded.remove(transition.id());
    }
  }

  /** Records now, waiting, what owners are known to know; those instances as they are then. */
  public List<Instance> confirmPending() {
    List<Transition> pending = List.copyOf(unrecorded.values());
    if (pending.isEmpty()) {
      return List.of();
    }
    List<Transition.Outcome> outcomes = ledger.advance(pending);
    pending.forEach(transition -> unrecorded.remove(transition.id()));
    return outcomes.stream().flatMap(outcome -> outcome.now().stream()).toList();
  }

  /** What clones made under this ledger are marked with. */
  public String ledgerId() {
    return ledger.id();
  }

  /**
   * Something else that the ledger may be asked many times at once.
   *
   * @param subject two questions about one subject are never asked at once
   */
  public <Q, A> Batcher<Q, A> batcher(
      Function<Q, ?> subject, BiFunction<Ledger, List<Q>, List<A>> all) {
    return new Batcher<>(threads, subject, questions -> all.apply(ledger, questions));
  }

  static LedgerException overrun(@Nullable RejectedExecutionException cause) {
    return new LedgerException("too many wait for the ledger, or the broker is stopping", cause);
  }

  @Override
  public void close() {
    Background.close(threads, CLOSE_LIMIT);
  }
}
