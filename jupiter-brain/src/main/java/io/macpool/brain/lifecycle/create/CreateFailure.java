package io.macpool.brain.lifecycle.create;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.ledger.Reservation;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.core.fleet.fault.FailureScope;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A create that did not end in an instance; whatever it made is being destroyed. */
public final class CreateFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** When it is worth asking again after what passes by itself. */
  private static final Duration SOON = Duration.ofSeconds(10);

  /** A slot that is being given back is free within seconds. */
  private static final Duration VERY_SOON = Duration.ofSeconds(2);

  /** What kind of answer a client should get. */
  public enum Kind {
    /** There is no such image. */
    UNKNOWN_IMAGE,
    /** There is no room, or too much going on, or the image is shut out: later it may work. */
    FULL,
    /** The owner has as many as it may. */
    OVER_QUOTA,
    /** The idempotency key stands for something else. */
    KEY_REUSED,
    /** vCenter or the ledger can't be reached. */
    UNAVAILABLE,
    /** The size that was asked for is refused, and will be. */
    SIZE_REFUSED,
    /** What is made of the image is reached by endpoints alone, which the client does not know. */
    NEEDS_ENDPOINT,
    /** vSphere refused. */
    FAILED,
    /** It took too long. */
    TIMED_OUT,
    /** Nobody waits for it any more. */
    CLIENT_GONE
  }

  private final Kind kind;
  private final String outcome;
  private final FailureScope scope;
  private final transient @Nullable Duration retryAfter;

  /**
   * @param outcome for metrics and logs, such as {@code clone-failed:FileFault}
   */
  public CreateFailure(
      Kind kind,
      String outcome,
      String message,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    this(kind, outcome, FailureScope.REQUEST, message, retryAfter, cause);
  }

  private CreateFailure(
      Kind kind,
      String outcome,
      FailureScope scope,
      String message,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause);
    this.scope = Objects.requireNonNull(scope, "scope");
    this.kind = Objects.requireNonNull(kind, "kind");
    this.outcome = Objects.requireNonNull(outcome, "outcome");
    this.retryAfter = retryAfter;
  }

  public CreateFailure(Kind kind, String outcome, String message) {
    this(kind, outcome, message, null, null);
  }

  /** There is no room, or too much going on, now. */
  static CreateFailure full(String outcome, String message) {
    return new CreateFailure(Kind.FULL, outcome, message, SOON, null);
  }

  /**
   * No host has a slot.
   *
   * @param pending slots that are about to be given back
   */
  static CreateFailure poolFull(String message, int pending) {
    return new CreateFailure(Kind.FULL, "pool-full", message, pending > 0 ? VERY_SOON : SOON, null);
  }

  static CreateFailure tooManyWaiting() {
    return full("too-many-waiting", "too many creates wait already");
  }

  static CreateFailure overQuota(String message) {
    return new CreateFailure(Kind.OVER_QUOTA, "over-quota", message, SOON, null);
  }

  /** What must hold over all replicas does not allow it. */
  static CreateFailure denied(Reservation.Denied<?> denied) {
    return switch (denied.denial()) {
      case KEY_REUSED ->
          new CreateFailure(Kind.KEY_REUSED, "idempotency-key-reused", denied.reason());
      case OVER_QUOTA -> overQuota(denied.reason());
      case ENOUGH_WARM -> full("enough-warm", denied.reason());
    };
  }

  /** vCenter or the ledger can't be reached now. */
  static CreateFailure unavailable(String outcome, String message, @Nullable Throwable cause) {
    return new CreateFailure(Kind.UNAVAILABLE, outcome, message, SOON, cause);
  }

  /**
   * A failure by its name.
   *
   * @param step what was being done
   */
  static CreateFailure of(String step, Throwable failure) {
    if (failure instanceof CreateFailure known) {
      return known;
    }
    if (failure instanceof HypervisorFailure.Unavailable) {
      return unavailable("unavailable", String.valueOf(failure.getMessage()), failure);
    }
    if (failure instanceof HypervisorFailure known) {
      String outcome = step + "-failed:" + known.kind();
      return new CreateFailure(
          Kind.FAILED, outcome, known.scope(), String.valueOf(failure.getMessage()), null, failure);
    }
    if (failure instanceof LedgerException) {
      return unavailable("ledger", String.valueOf(failure.getMessage()), failure);
    }
    return new CreateFailure(
        Kind.FAILED, "error", String.valueOf(failure.getMessage()), null, failure);
  }

  /** The same failure of a create whose client chose the size, not the image. */
  CreateFailure ofChosenSize() {
    return kind == Kind.FAILED
            && scope == FailureScope.REQUEST
            && getCause() instanceof HypervisorFailure
        ? new CreateFailure(
            Kind.SIZE_REFUSED, outcome, scope, String.valueOf(getMessage()), null, getCause())
        : this;
  }

  public Kind kind() {
    return kind;
  }

  public String outcome() {
    return outcome;
  }

  /** To what it belongs, as far as it tells by itself. */
  FailureScope scope() {
    return scope;
  }

  /** Whether vSphere failed, or refused, in a way that is evidence about host, image or storage. */
  boolean isEvidence() {
    return kind == Kind.FAILED
        && getCause() instanceof HypervisorFailure
        && !(getCause() instanceof HypervisorFailure.OutcomeUnknown);
  }

  /** Whether it came as far as a host, and failed there or took too long. */
  public boolean wasTried() {
    return kind == Kind.FAILED || kind == Kind.TIMED_OUT;
  }

  /**
   * When asking again is worth it: after every failure that is not the request's own, as whatever
   * was made is being destroyed and the next try may be on another host.
   */
  public Optional<Duration> retryAfter() {
    boolean passing = kind == Kind.FAILED || kind == Kind.TIMED_OUT || kind == Kind.CLIENT_GONE;
    return Optional.ofNullable(retryAfter == null && passing ? SOON : retryAfter);
  }
}
