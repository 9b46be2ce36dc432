package io.macpool.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * What was seen of something outside, or since when it can't be seen. Unknown is neither absent nor
 * zero: a planner that meets it holds, and says so.
 *
 * @param <T> what is observed
 */
public sealed interface Observed<T> {

  /** Seen at {@code at} to be {@code value}. */
  record Known<T>(T value, Instant at) implements Observed<T> {
    public Known {
      Objects.requireNonNull(value, "value");
      Objects.requireNonNull(at, "at");
    }
  }

  /** Not to be seen since {@code since}, because of {@code cause}, a phrase for a person. */
  record Unknown<T>(String cause, Instant since) implements Observed<T> {
    public Unknown {
      Objects.requireNonNull(cause, "cause");
      Objects.requireNonNull(since, "since");
    }
  }

  static <T> Observed<T> known(T value, Instant at) {
    return new Known<>(value, at);
  }

  static <T> Observed<T> unknown(String cause, Instant since) {
    return new Unknown<>(cause, since);
  }

  /** The value if known. */
  default Optional<T> toOptional() {
    return match(known -> Optional.of(known.value()), unknown -> Optional.empty());
  }

  default boolean isKnown() {
    return this instanceof Known;
  }

  /** Applies the function of the case that holds: both must be thought of. */
  default <R> R match(
      Function<? super Known<T>, ? extends R> known,
      Function<? super Unknown<T>, ? extends R> unknown) {
    if (this instanceof Known<T> seen) {
      return known.apply(seen);
    }
    return unknown.apply((Unknown<T>) this);
  }

  /** The same observation of something derived from the value. */
  default <R> Observed<R> map(Function<? super T, ? extends R> function) {
    return match(
        seen -> known(function.apply(seen.value()), seen.at()),
        blind -> unknown(blind.cause(), blind.since()));
  }

  /**
   * The next state of knowledge after a failed look: a known value younger than {@code tolerated}
   * is still believed, an older one becomes unknown since the time it was last seen, and what was
   * unknown stays unknown since then.
   */
  default Observed<T> afterFailure(String cause, Duration tolerated, Instant now) {
    return match(
        seen ->
            Duration.between(seen.at(), now).compareTo(tolerated) <= 0
                ? seen
                : unknown(cause, seen.at()),
        blind -> unknown(cause, blind.since()));
  }
}
