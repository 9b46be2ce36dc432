package io.macpool.brain.ledger;

/** The ledger could not be read or written; the message says what was tried. */
public final class LedgerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LedgerException(String message, Throwable cause) {
    super(message, cause);
  }
}
