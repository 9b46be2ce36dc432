package io.macpool.operator.control;

import org.jspecify.annotations.Nullable;

/** A worker could not be asked or told; the message says where and why, in a phrase. */
public final class RemoteControlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean refused;
  private final boolean locksOut;

  RemoteControlException(String message, boolean refused, @Nullable Throwable cause) {
    this(message, refused, false, cause);
  }

  private RemoteControlException(
      String message, boolean refused, boolean locksOut, @Nullable Throwable cause) {
    super(message, cause);
    this.refused = refused;
    this.locksOut = locksOut;
  }

  /** The worker has another credential than the one that it was asked with. */
  static RemoteControlException lockedOut(String message) {
    return new RemoteControlException(message, true, true, null);
  }

  /** Whether it was the credential that was refused. */
  public boolean locksOut() {
    return locksOut;
  }

  /**
   * Whether the worker certainly did not act: it answered with an error, or the connection never
   * came about. Otherwise it may have acted, or may yet.
   */
  public boolean refused() {
    return refused;
  }
}
