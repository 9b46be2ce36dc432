package io.macpool.brain.tart.ssh;

import org.jspecify.annotations.Nullable;

/** A command's end that is not known. The message is for a person. */
public final class SshFailure extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean begun;

  /**
   * @param begun whether the command may have begun, and may be running still
   */
  SshFailure(String message, boolean begun, @Nullable Throwable cause) {
    super(message, cause);
    this.begun = begun;
  }

  /** Whether the command may have begun, and may be running still. */
  public boolean begun() {
    return begun;
  }
}
