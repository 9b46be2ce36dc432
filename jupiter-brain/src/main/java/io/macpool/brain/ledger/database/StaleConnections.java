package io.macpool.brain.ledger.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Connections that answer and are of no use: those to a server that became read-only, as a failover
 * leaves the old primary, and those that keep a statement whose result has changed its type since.
 */
final class StaleConnections implements SQLExceptionOverride {

  /** A write was refused, as the server, or the transaction, is read-only. */
  private static final String READ_ONLY = "25006";

  /** So is "cached plan must not change result type", after another version's migration. */
  private static final String FEATURE_NOT_SUPPORTED = "0A000";

  @java.lang.Override
  public Override adjudicate(SQLException failure) {
    return isUseless(failure.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
  }

  private static boolean isUseless(String state) {
    return READ_ONLY.equals(state) || FEATURE_NOT_SUPPORTED.equals(state);
  }

  /** Whether the database refused before it did anything, and another connection may do better. */
  static boolean nothingWasDone(Throwable failure) {
    return state(failure).filter(StaleConnections::isUseless).isPresent();
  }

  static boolean isReadOnly(Throwable failure) {
    return state(failure).filter(READ_ONLY::equals).isPresent();
  }

  private static Optional<String> state(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return Optional.ofNullable(sql.getSQLState());
      }
    }
    return Optional.empty();
  }
}
