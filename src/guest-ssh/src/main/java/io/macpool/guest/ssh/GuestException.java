package io.macpool.guest.ssh;

import static io.macpool.core.FailureWords.printable;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Something that did not work over SSH: where, what, why. */
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
  private final String said;

  /**
   * @param peer the machine
   * @param said what is wrong with it, as a sentence that goes on behind its name; a guest's own
   *     words may be among it, and what they do to a log or a terminal is up to it
   */
  GuestException(Reason reason, String peer, String said, @Nullable Throwable cause) {
    super(peer + " " + printable(said), cause);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.said = printable(said).replace(peer, "this machine");
  }

  /** What is wrong with it, as a sentence without an address, for the job's readers. */
  public String said() {
    return "it " + said;
  }

  public Reason reason() {
    return reason;
  }
}
