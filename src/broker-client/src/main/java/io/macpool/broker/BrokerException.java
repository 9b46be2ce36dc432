package io.macpool.broker;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call that the broker did not carry out: what was asked, what came back. Holds no secret. */
public final class BrokerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What to make of it. */
  public enum Reason {
    /** No room now: ask again after {@link #retryAfter}. */
    FULL,
    /** The broker knows no such image. */
    UNKNOWN_IMAGE,
    /** The token is missing or wrong. */
    UNAUTHORIZED,
    /** The broker answered, and won't do it. */
    REFUSED,
    /** The broker tried, and failed. */
    FAILED,
    /** No answer, or none that can be read, until the last try. */
    UNREACHABLE
  }

  private final Reason reason;
  private final Duration retryAfter;

  BrokerException(Reason reason, String message, Duration retryAfter, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.retryAfter = Objects.requireNonNull(retryAfter, "retryAfter");
  }

  public Reason reason() {
    return reason;
  }

  /** When to ask again; zero unless the reason is {@link Reason#FULL}. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
