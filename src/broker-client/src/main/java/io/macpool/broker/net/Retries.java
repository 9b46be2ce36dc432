package io.macpool.broker.net;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Tries a call again, with growing pauses, while its failure is worth it and patience lasts. */
public final class Retries {

  private final RetryPolicy policy;
  private final ScheduledExecutorService scheduler;

  /** The scheduler times the pauses; it stays the caller's. */
  public Retries(RetryPolicy policy, ScheduledExecutorService scheduler) {
    this.policy = policy;
    this.scheduler = scheduler;
  }

  /**
   * The first success, or the last failure. Cancelling the returned future stops further tries.
   *
   * @param worthwhile whether a failure may pass by itself
   */
  public <T> CompletableFuture<T> run(
      Supplier<CompletableFuture<T>> call, Predicate<Throwable> worthwhile) {
    CompletableFuture<T> result = new CompletableFuture<>();
    new Attempt<>(call, worthwhile, result, System.nanoTime()).go(1);
    return result;
  }

  /** The failure itself, without the wrapping that futures add. */
  public static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private final class Attempt<T> {
    private final Supplier<CompletableFuture<T>> call;
    private final Predicate<Throwable> worthwhile;
    private final CompletableFuture<T> result;
    private final long began;

    Attempt(
        Supplier<CompletableFuture<T>> call,
        Predicate<Throwable> worthwhile,
        CompletableFuture<T> result,
        long began) {
      this.call = call;
      this.worthwhile = worthwhile;
      this.result = result;
      this.began = began;
    }

    void go(int tries) {
      if (result.isDone()) {
        return;
      }
      CompletableFuture<T> unused =
          call.get()
              .whenComplete(
                  (value, failure) -> {
                    if (failure == null) {
                      result.complete(value);
                    } else {
                      again(tries, cause(failure));
                    }
                  });
    }

    private void again(int tries, Throwable failure) {
      Duration pause = policy.pause(tries, ThreadLocalRandom.current());
      Duration spent = Duration.ofNanos(System.nanoTime() - began).plus(pause);
      if (!worthwhile.test(failure) || spent.compareTo(policy.patience()) > 0) {
        result.completeExceptionally(failure);
        return;
      }
      try {
        ScheduledFuture<?> unused =
            scheduler.schedule(() -> go(tries + 1), pause.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // The owner closes: what is not answered by now will not be.
        result.completeExceptionally(failure);
      }
    }
  }
}
