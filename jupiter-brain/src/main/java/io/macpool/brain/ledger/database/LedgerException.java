package io.macpool.brain.ledger.database;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** The ledger could not be asked, or refused; what was to be recorded is not known to be. */
public final class LedgerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LedgerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether there was no connection to ask by, so that whoever waits for one waits in vain. */
  public boolean isUnreachable() {
    for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientConnectionException) {
        return true;
      }
      if (cause instanceof SQLException failure && failure.getSQLState() != null) {
        return failure.getSQLState().startsWith("08");
      }
    }
    return false;
  }

  /**
   * Whether the database is away, or too busy, so that it is no use to ask for anything else at
   * once. By the classes of SQLSTATE: connection, resources, operator's intervention; a session
   * ended for its idleness; a lock that was not to be had.
   */
  public boolean isOutage() {
    for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientConnectionException) {
        return true;
      }
      if (cause instanceof SQLException failure && failure.getSQLState() != null) {
        return failure.getSQLState().matches("(08|53|57)...|25006|25P03|55P03");
      }
    }
    return false;
  }
}
