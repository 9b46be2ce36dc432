package io.macpool.operator;

import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Repeats calls that the API answered with "not now", as long after as the API asks for, a few
 * times and within a bound. One that asks for more time is asked nothing by rounds until then.
 *
 * <p>What is repeated is harmless: a 429 was not carried out; of those that failed at the server a
 * creation is not repeated, and anything else names the version that it changes or changes nothing
 * twice. The Lease has deadlines of its own and is never repeated here.
 */
final class ApiPatience {

  private static final int REPETITIONS = 3;
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final int FACTOR = 4;
  private static final int TOO_MANY = 429;
  private static final int SERVER = 500;

  private final Duration longest;
  private final LongSupplier nanos;
  private volatile Optional<Long> until = Optional.empty();

  /**
   * For one client.
   *
   * @param call how long the API may take to answer one call: all waits together take no longer
   * @param nanos as {@link System#nanoTime}
   */
  ApiPatience(Duration call, LongSupplier nanos) {
    longest = call.dividedBy(REPETITIONS);
    this.nanos = nanos;
  }

  /** An interceptor for each repetition, as the client lets each repeat a call once. */
  List<Interceptor> interceptors() {
    List<Interceptor> all = new ArrayList<>();
    Duration wait = FIRST;
    for (int i = 0; i < REPETITIONS; i++) {
      all.add(new Repetition(wait));
      wait = wait.multipliedBy(FACTOR);
    }
    return all;
  }

  /** How long the API asked not to be called from now on; empty if it did not, or it is over. */
  Optional<Duration> asked() {
    long now = nanos.getAsLong();
    return until.filter(end -> end - now > 0).map(end -> Duration.ofNanos(end - now));
  }

  private final class Repetition implements Interceptor {

    private final Duration wait;

    Repetition(Duration wait) {
      this.wait = wait;
    }

    @Override
    public CompletableFuture<Boolean> afterFailure(
        HttpRequest.Builder builder, HttpResponse<?> response, RequestTags tags) {
      boolean notNow = response.code() == TOO_MANY;
      boolean failed = response.code() >= SERVER && !response.request().method().equals("POST");
      if ((!notNow && !failed) || CallDeadlines.isLease(response.request())) {
        return CompletableFuture.completedFuture(false);
      }
      Duration pause = retryAfter(response).filter(asked -> asked.compareTo(wait) > 0).orElse(wait);
      if (pause.compareTo(longest) > 0) {
        until = Optional.of(nanos.getAsLong() + pause.toNanos());
        return CompletableFuture.completedFuture(false);
      }
      Executor later = CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS);
      return CompletableFuture.supplyAsync(() -> true, later);
    }
  }

  /** API servers tell whole seconds; a date is not heeded. */
  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return Optional.ofNullable(response.header("Retry-After"))
        .filter(text -> text.matches("[0-9]{1,5}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
  }
}
