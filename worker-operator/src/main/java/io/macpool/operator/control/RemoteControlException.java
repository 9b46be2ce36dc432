package io.macpool.operator.control;

/** A worker could not be asked or told; the message says where and why, in a phrase. */
public final class RemoteControlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean refused;

  RemoteControlException(String message, boolean refused, Throwable cause) {
    super(message, cause);
    this.refused = refused;
  }

  /**
   * Whether the worker certainly did not act: it answered with an error, or the connection never
   * came about. Otherwise it may have acted, or may yet.
   */
  public boolean refused() {
    return refused;
  }
}
