package io.macpool.console.watch;

import io.macpool.core.FailureWords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a peer again and again, one question at a time, and keeps what it said. It tells its
 * listeners after each question, on the timer's thread. Thread-safe; it ends with its timer.
 */
public final class Poller<T> {

  private static final Logger log = LoggerFactory.getLogger(Poller.class);

  private final String peer;
  private final Supplier<CompletableFuture<T>> question;
  private final Duration interval;
  private final Duration believed;
  private final Clock clock;
  private final ScheduledExecutorService timer;
  private final List<Consumer<Watched<T>>> listeners = new CopyOnWriteArrayList<>();
  private BiFunction<T, Instant, T> refinement = (answer, asked) -> answer;
  private volatile Watched<T> current;
  private boolean away;

  /**
   * @param peer for log lines
   * @param question completes within a deadline of its own
   * @param believed how old an answer may be before it counts as unknown, once others failed
   */
  public Poller(
      String peer,
      Supplier<CompletableFuture<T>> question,
      Duration interval,
      Duration believed,
      Clock clock,
      ScheduledExecutorService timer) {
    this.peer = peer;
    this.question = question;
    this.interval = interval;
    this.believed = believed;
    this.clock = clock;
    this.timer = timer;
    this.current = Watched.notYet(clock.instant());
  }

  /** To be told what is known after each question. */
  public void onAnswer(Consumer<Watched<T>> listener) {
    listeners.add(listener);
  }

  /** To change each answer before it is taken in, by what was heard since it was asked for. */
  public void refine(BiFunction<T, Instant, T> by) {
    refinement = by;
  }

  /** Changes what is known between two questions, if anything is. */
  public void amend(UnaryOperator<T> by) {
    try {
      timer.execute(
          () ->
              current
                  .now()
                  .toOptional()
                  .ifPresent(
                      known -> {
                        current = current.answered(by.apply(known), clock.instant());
                        tellListeners();
                      }));
    } catch (RejectedExecutionException stopping) {
      log.debug("{} is not listened to any more", peer, stopping);
    }
  }

  /** Begins to ask. */
  public void start() {
    schedule(Duration.ZERO);
  }

  public Watched<T> current() {
    return current;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
  private void schedule(Duration pause) {
    try {
      timer.schedule(this::ask, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      log.debug("{} is not asked any more", peer, stopping);
    }
  }

  private void ask() {
    Instant asked = clock.instant();
    CompletableFuture<T> answer;
    try {
      answer = question.get();
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    var unused =
        answer.whenComplete(
            (value, failure) -> {
              try {
                timer.execute(() -> take(value, asked, failure));
              } catch (RejectedExecutionException stopping) {
                log.debug("an answer of {} came too late", peer, stopping);
              }
            });
  }

  private void take(T value, Instant asked, Throwable failure) {
    if (failure == null) {
      current = current.answered(refinement.apply(value, asked), clock.instant());
    } else {
      current = current.failed(FailureWords.of(failure), believed, clock.instant());
    }
    tell();
    tellListeners();
    schedule(interval);
  }

  private void tellListeners() {
    for (Consumer<Watched<T>> listener : listeners) {
      try {
        listener.accept(current);
      } catch (RuntimeException e) {
        log.error("what {} says could not be taken in, by a fault of ours", peer, e);
      }
    }
  }

  private void tell() {
    boolean now = !current.isKnown();
    if (now && !away) {
      log.warn("{} is away: {}", peer, current.trouble().orElseThrow().cause());
    } else if (!now && away) {
      log.info("{} answers again", peer);
    }
    away = now;
  }
}
