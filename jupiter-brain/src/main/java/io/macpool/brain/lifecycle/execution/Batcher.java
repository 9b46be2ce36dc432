package io.macpool.brain.lifecycle.execution;

import io.macpool.brain.ledger.database.LedgerException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * Questions that come while others are being answered, gathered and then asked all at once. A
 * question that comes alone is asked at once. Nothing waits for more to come, so that gathering
 * never costs time.
 */
public final class Batcher<Q, A> {

  private static final int MOST_AT_ONCE = 100;
  private static final int MOST_WAITING = 10_000;

  private static final class Asked<Q, A> {
    private final Q question;
    private final CompletableFuture<A> answer = new CompletableFuture<>();

    private Asked(Q question) {
      this.question = question;
    }
  }

  private final Executor threads;
  private final Function<Q, ?> subject;
  private final Function<List<Q>, List<A>> all;
  private final Set<Asked<Q, A>> waiting = new LinkedHashSet<>();
  private boolean running;

  /**
   * @param subject two questions about one subject are never asked at once
   * @param all answers several, all or none of them, in their order
   */
  Batcher(Executor threads, Function<Q, ?> subject, Function<List<Q>, List<A>> all) {
    this.threads = threads;
    this.subject = subject;
    this.all = all;
  }

  /** Completes with the answer, or with what asking failed with. */
  public CompletableFuture<A> ask(Q question) {
    Asked<Q, A> asked = new Asked<>(question);
    synchronized (this) {
      if (waiting.size() >= MOST_WAITING) {
        return CompletableFuture.failedFuture(LedgerExecutor.overrun(null));
      }
      waiting.add(asked);
      if (running) {
        return asked.answer;
      }
      running = true;
    }
    next();
    return asked.answer;
  }

  private void next() {
    try {
      threads.execute(this::work);
    } catch (RejectedExecutionException e) {
      List<Asked<Q, A>> lost;
      synchronized (this) {
        running = false;
        lost = List.copyOf(waiting);
        waiting.clear();
      }
      lost.forEach(asked -> asked.answer.completeExceptionally(LedgerExecutor.overrun(e)));
    }
  }

  private void work() {
    List<Asked<Q, A>> batch = take();
    Runnable completions = answer(batch);
    boolean more;
    synchronized (this) {
      more = !waiting.isEmpty();
      running = more;
    }
    if (more) {
      next(); // before those are told who may take their time over the answer
    }
    completions.run();
  }

  private synchronized List<Asked<Q, A>> take() {
    List<Asked<Q, A>> batch = new ArrayList<>();
    Set<Object> subjects = new HashSet<>();
    Iterator<Asked<Q, A>> all = waiting.iterator();
    while (all.hasNext() && batch.size() < MOST_AT_ONCE) {
      Asked<Q, A> asked = all.next();
      if (subjects.add(subject.apply(asked.question))) {
        batch.add(asked);
        all.remove();
      }
    }
    return batch;
  }

  /** What tells those who asked. */
  private Runnable answer(List<Asked<Q, A>> batch) {
    try {
      List<A> answers = all.apply(batch.stream().map(asked -> asked.question).toList());
      return () -> {
        for (int i = 0; i < batch.size(); i++) {
          batch.get(i).answer.complete(answers.get(i));
        }
      };
    } catch (RuntimeException | Error e) {
      boolean hopeless = e instanceof LedgerException failure && failure.isOutage();
      if (batch.size() == 1 || hopeless) {
        return () -> batch.forEach(asked -> asked.answer.completeExceptionally(e));
      }
      // One that can't be answered must not take the others with it.
      List<Runnable> alone = batch.stream().map(asked -> answer(List.of(asked))).toList();
      return () -> alone.forEach(Runnable::run);
    }
  }
}
