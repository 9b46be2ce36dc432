package io.macpool.cli;

/** What a person must know to go on: what was tried, why it failed, what to do. */
final class PoolException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  PoolException(String message) {
    super(message);
  }
}
