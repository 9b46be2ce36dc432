package io.macpool.scaleset;

import io.macpool.broker.BrokerException;
import io.macpool.broker.Instance;
import io.macpool.broker.net.Retries;
import io.macpool.core.FailureWords;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Endpoint;
import io.macpool.guest.ssh.GuestException;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.guest.ssh.HostKeyPin;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A runner's Mac: made at the broker, reached, destroyed. Its methods block, are for one thread,
 * and end within the times that the broker, the guest and {@link RunnerPlace} have.
 */
final class RunnerInstance {

  private static final Logger log = LoggerFactory.getLogger(RunnerInstance.class);
  private static final Duration DIAL = Duration.ofSeconds(5);
  private static final Duration LOGIN = Duration.ofSeconds(30);
  private static final Duration FIRST_LOOK = Duration.ofMillis(100);
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);
  private static final int DESTROY_TRIES = 60;

  private final RunnerPlace place;
  private final String key;
  private final CompletableFuture<Void> released;
  private final HostKeyPin pin = new HostKeyPin();
  private volatile Optional<String> id;

  /**
   * One that is to be made, or that a predecessor made.
   *
   * @param key makes a repeated create one
   * @param released completes when nobody needs it any more
   */
  RunnerInstance(
      RunnerPlace place, String key, Optional<String> id, CompletableFuture<Void> released) {
    this.place = place;
    this.key = key;
    this.id = id;
    this.released = released;
  }

  /** Empty as long as it is not made. */
  Optional<String> id() {
    return id;
  }

  /** The instance is gone, or out of reach. */
  static final class Lost extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Lost(String message) {
      super(message);
    }
  }

  /**
   * Makes it.
   *
   * @throws BrokerException if there is no room, or the broker refuses
   */
  void create() throws InterruptedException {
    Instance made = await(place.broker().create(place.instance(), key));
    id = Optional.of(made.id());
  }

  /** Until the guest lets us in; null if nobody needs it any more. */
  @Nullable GuestSession reach() throws InterruptedException {
    long deadline = System.nanoTime() + place.boot().toNanos();
    Duration pause = FIRST_LOOK;
    String said = "it told no address";
    while (!released.isDone()) {
      try {
        Optional<Instance> found = await(place.broker().find(id.orElseThrow()));
        if (found.isEmpty()) {
          throw new Lost("the broker knows its instance no more");
        }
        List<Endpoint> endpoints = found.get().dialable();
        if (!endpoints.isEmpty()) {
          return await(place.guests().connect(endpoints, pin, DIAL, LOGIN));
        }
      } catch (GuestException | BrokerException e) {
        said = e.getMessage();
      }
      if (System.nanoTime() > deadline) {
        throw new Lost(
            "it did not let us in within %s: %s".formatted(GoDuration.format(place.boot()), said));
      }
      pause(pause);
      pause = longer(pause);
    }
    return null;
  }

  /** Again and again for some minutes; then it is left to the broker. */
  void destroy() throws InterruptedException {
    if (id.isEmpty()) {
      return;
    }
    Duration pause = FIRST_LOOK;
    for (int attempt = 1; attempt <= DESTROY_TRIES; attempt++) {
      try {
        await(place.broker().delete(id.get()));
        return;
      } catch (BrokerException e) {
        log.warn("instance {} is not destroyed yet: {}", id.get(), e.getMessage());
      }
      waitFor(new CompletableFuture<>(), pause); // whether it is needed or not
      pause = longer(pause);
    }
    log.error("instance {} is left to the broker's own cleaning", id.get());
  }

  /** Waits, unless nobody needs it any more. */
  private void pause(Duration time) throws InterruptedException {
    waitFor(released, time);
  }

  private static void waitFor(CompletableFuture<?> end, Duration time) throws InterruptedException {
    try {
      Object unused = end.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.trace("waited {}", time);
    }
  }

  private static Duration longer(Duration pause) {
    Duration next = pause.multipliedBy(2);
    return next.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : next;
  }

  /** What it asks is bounded in time by itself. */
  static <T> T await(CompletableFuture<T> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      Throwable cause = Retries.cause(Objects.requireNonNullElse(e.getCause(), e));
      if (cause instanceof RuntimeException known) {
        throw known;
      }
      throw new Lost("no answer: " + FailureWords.of(cause));
    }
  }
}
