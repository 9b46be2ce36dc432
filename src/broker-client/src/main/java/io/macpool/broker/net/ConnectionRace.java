package io.macpool.broker.net;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Dials several addresses of one peer side by side, as RFC 8305 has it: the next one begins when
 * the one before has not answered for a moment, or has failed. The first that succeeds wins,
 * whichever it is; those that succeed later are given back.
 *
 * @param <A> what is dialled
 * @param <T> what a connection is
 */
public final class ConnectionRace<A, T> {

  /** RFC 8305, section 8: the recommended Connection Attempt Delay. */
  public static final Duration HEAD_START = Duration.ofMillis(250);

  /** Runs something later. */
  @FunctionalInterface
  public interface Timer {
    void after(Duration delay, Runnable task);
  }

  private final List<A> addresses;
  private final Function<A, CompletableFuture<T>> dial;
  private final Consumer<T> giveBack;
  private final Timer timer;
  private final CompletableFuture<T> winner = new CompletableFuture<>();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  private ConnectionRace(
      List<A> addresses,
      Function<A, CompletableFuture<T>> dial,
      Consumer<T> giveBack,
      Timer timer) {
    this.addresses = List.copyOf(addresses);
    this.dial = Objects.requireNonNull(dial, "dial");
    this.giveBack = Objects.requireNonNull(giveBack, "giveBack");
    this.timer = Objects.requireNonNull(timer, "timer");
  }

  /**
   * Completes with the first connection; fails as the last attempt does if all fail.
   *
   * @param addresses in the order in which they are tried, at least one
   * @param dial one attempt, bounded in time by itself
   * @param giveBack closes a connection that came too late
   */
  public static <A, T> CompletableFuture<T> run(
      List<A> addresses,
      Function<A, CompletableFuture<T>> dial,
      Consumer<T> giveBack,
      Timer timer) {
    if (addresses.isEmpty()) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("no address to dial"));
    }
    ConnectionRace<A, T> race = new ConnectionRace<>(addresses, dial, giveBack, timer);
    race.begin(0);
    return race.winner;
  }

  /** Each attempt begins once, by whichever comes first: the timer or a failure before it. */
  private void begin(int index) {
    if (index >= addresses.size() || winner.isDone() || !begun.compareAndSet(index, index + 1)) {
      return;
    }
    CompletableFuture<Void> unused =
        dial.apply(addresses.get(index))
            .handle(
                (connection, failure) -> {
                  if (failure == null) {
                    if (!winner.complete(connection)) {
                      giveBack.accept(connection);
                    }
                  } else if (failed.incrementAndGet() == addresses.size()) {
                    winner.completeExceptionally(failure);
                  } else {
                    begin(begun.get());
                  }
                  return null;
                });
    if (index + 1 < addresses.size()) {
      timer.after(HEAD_START, () -> begin(index + 1));
    }
  }
}
