package io.macpool.cli.instance;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerException;
import io.macpool.broker.BrokerException.Reason;
import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import io.macpool.cli.screen.Failures;
import io.macpool.cli.screen.PoolException;
import io.macpool.core.GoDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks for an instance until there is a free Mac for it. */
public final class FreeMac {

  private static final Duration TELL_AGAIN = Duration.ofMinutes(1);
  private static final Duration ASK = Duration.ofSeconds(5);

  private FreeMac() {}

  /** Who else waits, and how long it takes, if the broker tells. */
  private static String line(BrokerClient client) {
    try {
      return client
          .capacity()
          .get(ASK.toMillis(), TimeUnit.MILLISECONDS)
          .flatMap(WaitingLine::of)
          .map(line -> "; " + line.words())
          .orElse("");
    } catch (ExecutionException | TimeoutException e) {
      return ""; // it is said for a person's comfort only
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /**
   * Makes an instance.
   *
   * @param key the same for every try at it
   * @param patience how long to wait for a free Mac
   * @param err where to say what is waited for, each time that the broker's words change, and once
   *     a minute
   * @throws PoolException if there was none
   * @throws CompletionException with a {@link BrokerException}
   */
  public static Instance await(
      BrokerClient client, NewInstance wanted, String key, Duration patience, PrintWriter err)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    String told = "";
    long tellAgain = 0;
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try {
        return client.create(wanted, key).join();
      } catch (CompletionException e) {
        if (!(Failures.cause(e) instanceof BrokerException refused)
            || refused.reason() != Reason.FULL) {
          throw e;
        }
        // Also who has no more time is told what it was waited for.
        boolean changed = !told.equals(refused.getMessage());
        if (!patience.isZero() && (changed || System.nanoTime() - tellAgain > 0)) {
          told = String.valueOf(refused.getMessage());
          tellAgain = System.nanoTime() + TELL_AGAIN.toNanos();
          err.println("macpool: waiting for a free Mac: " + told + line(client));
          err.flush();
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new PoolException(
              "no Mac was free within %s: %s"
                  .formatted(GoDuration.format(patience), refused.getMessage()));
        }
        long pause = Math.min(left, refused.retryAfter().toNanos());
        never.await(pause, TimeUnit.NANOSECONDS);
      }
    }
  }
}
