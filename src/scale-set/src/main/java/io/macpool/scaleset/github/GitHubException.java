package io.macpool.scaleset.github;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call that GitHub did not carry out: what was asked, what came back. Holds no secret. */
public final class GitHubException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What to make of it. */
  public enum Reason {
    /** The token is missing, wrong or expired. */
    UNAUTHORIZED,
    /** There is no such thing, or no more. */
    NOT_FOUND,
    /** There is one already: a session, a runner of that name. */
    CONFLICT,
    /** The runner has a job. */
    JOB_RUNNING,
    /** Too many calls: ask again after {@link #retryAfter}. */
    RATE_LIMITED,
    /** GitHub answered, and won't do it. */
    REFUSED,
    /** GitHub failed. */
    FAILED,
    /** No answer, or none that can be read. */
    UNREACHABLE
  }

  private final Reason reason;
  private final Duration retryAfter;

  GitHubException(Reason reason, String message, Duration retryAfter, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.retryAfter = Objects.requireNonNull(retryAfter, "retryAfter");
  }

  public Reason reason() {
    return reason;
  }

  /** When to ask again; zero unless the reason is {@link Reason#RATE_LIMITED}. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** Whether the same call may succeed later. */
  public boolean mayPass() {
    return reason == Reason.RATE_LIMITED || reason == Reason.FAILED || reason == Reason.UNREACHABLE;
  }
}
