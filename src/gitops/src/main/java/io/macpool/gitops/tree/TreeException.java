package io.macpool.gitops.tree;

/** The tree cannot be read at all; the message says what to do. */
public final class TreeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TreeException(String message, Throwable cause) {
    super(message, cause);
  }

  public TreeException(String message) {
    super(message);
  }
}
