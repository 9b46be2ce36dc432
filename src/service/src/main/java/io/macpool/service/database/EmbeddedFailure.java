package io.macpool.service.database;

import java.sql.SQLException;
import java.util.Set;

/** Which errors of the embedded database mean that it will answer nothing more. */
public final class EmbeddedFailure {

  /** H2's: it is closed, closing, or its file could not be written or read. */
  private static final Set<Integer> CLOSED =
      Set.of(90007, 90028, 90030, 90031, 90067, 90098, 90121);

  /** A general error, which is as final if its cause is the store's. */
  private static final int GENERAL = 50_000;

  private static final String STORE = "org.h2.mvstore.";

  private EmbeddedFailure() {}

  /** Whether this failure is such an error. */
  public static boolean isFatal(Throwable failure) {
    boolean general = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException error) {
        if (CLOSED.contains(error.getErrorCode())) {
          return true;
        }
        general |= error.getErrorCode() == GENERAL;
      } else if (general && cause.getClass().getName().startsWith(STORE)) {
        return true;
      }
    }
    return false;
  }
}
