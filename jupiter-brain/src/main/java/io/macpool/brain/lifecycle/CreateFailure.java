package io.macpool.brain.lifecycle;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** A create that did not end in an instance; whatever it made is being destroyed. */
public final class CreateFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What kind of answer a client should get. */
  public enum Kind {
    /** There is no such image. */
    UNKNOWN_IMAGE,
    /** There is no room, or too much going on, or the image is shut out: later it may work. */
    FULL,
    /** The owner has as many as it may. */
    OVER_QUOTA,
    /** vCenter or the ledger can't be reached. */
    UNAVAILABLE,
    /** vSphere refused. */
    FAILED,
    /** It took too long. */
    TIMED_OUT,
    /** Nobody waits for it any more. */
    CLIENT_GONE
  }

  private final Kind kind;
  private final String outcome;
  private final transient Duration retryAfter;

  /**
   * @param outcome for metrics and logs, such as {@code clone-failed:FileFault}
   */
  public CreateFailure(
      Kind kind, String outcome, String message, Duration retryAfter, Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.outcome = Objects.requireNonNull(outcome, "outcome");
    this.retryAfter = retryAfter;
  }

  public CreateFailure(Kind kind, String outcome, String message) {
    this(kind, outcome, message, null, null);
  }

  public Kind kind() {
    return kind;
  }

  public String outcome() {
    return outcome;
  }

  /** When asking again is worth it. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
