package io.macpool.worker.ssh;

import java.util.Objects;

/** Something that did not work over SSH: what, where, why. */
public final class GuestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What to make of it. */
  public enum Reason {
    /** Nobody answers, or not as an SSH server does: may pass. */
    UNREACHABLE,
    /** It answers and does not let us in: may pass while it boots. */
    LOGIN_REFUSED,
    /** It answers, and takes longer than it may to let us in: may pass with more patience. */
    LOGIN_SLOW,
    /** It is not the machine that answered first: will not pass. */
    HOST_KEY_CHANGED,
    /** The connection ended, or the operation failed. */
    FAILED
  }

  private final Reason reason;

  public GuestException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  public Reason reason() {
    return reason;
  }
}
