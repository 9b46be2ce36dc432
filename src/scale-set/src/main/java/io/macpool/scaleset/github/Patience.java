package io.macpool.scaleset.github;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks again what may pass by itself, with pauses that grow.
 *
 * @param tries how often at most
 * @param firstPause doubles with each try, half of it at random
 * @param longestPause the ceiling of the doubling; a pause that GitHub asks for may be longer
 */
public record Patience(int tries, Duration firstPause, Duration longestPause) {

  /** Up to about half a minute. */
  public static final Patience USUAL =
      new Patience(6, Duration.ofMillis(500), Duration.ofSeconds(10));

  /** The first success, or the last failure. */
  <T> T call(Supplier<T> asked) {
    for (int attempt = 1; ; attempt++) {
      try {
        return asked.get();
      } catch (GitHubException e) {
        if (!e.mayPass() || attempt >= tries || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        pause(attempt, e);
      }
    }
  }

  /** The pause after a failed try, from 1. */
  public Duration pauseAfter(int attempt, GitHubException failure) {
    if (!failure.retryAfter().isZero()) {
      return failure.retryAfter();
    }
    long full =
        Math.min(longestPause.toMillis(), firstPause.toMillis() << Math.min(attempt - 1, 20));
    return Duration.ofMillis(full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1));
  }

  private void pause(int attempt, GitHubException failure) {
    try {
      boolean unused =
          new CountDownLatch(1)
              .await(pauseAfter(attempt, failure).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }
}
