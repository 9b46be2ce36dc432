package io.macpool.cli.screen;

/** What a person must know to go on: what was tried, why it failed, what to do. */
public final class PoolException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public PoolException(String message) {
    super(message);
  }
}
