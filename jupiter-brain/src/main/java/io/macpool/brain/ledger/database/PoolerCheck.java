package io.macpool.brain.ledger.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Refuses a pooler that gives each transaction another session: locks and settings of a session do
 * not hold there, so that two brokers could lead, and no deadline would be in force. One that gives
 * each connection a session of its own, for as long as it lasts, does as PostgreSQL does.
 */
final class PoolerCheck {

  private static final int LOOKS = 3;

  /** The driver's statement is there already, or is gone: another client's session was ours. */
  private static final Set<String> ANOTHERS_SESSION = Set.of("42P05", "26000");

  private PoolerCheck() {}

  /**
   * @throws IllegalStateException in words for a person, if there is such a pooler in between
   */
  static void refuseSharedSessions(DataSource pool) throws SQLException {
    try (Connection one = pool.getConnection()) {
      // A pooler tells its clients a number of its own.
      if (one.unwrap(PGConnection.class).getBackendPID() == session(one)) {
        return;
      }
      try (Connection other = pool.getConnection()) {
        for (int look = 0; look < LOOKS; look++) {
          if (shareSessions(one, other)) {
            throw refusal(null);
          }
        }
      }
    } catch (SQLException e) {
      // A pooler that has served others before this start shows itself so, before any look.
      if (ANOTHERS_SESSION.contains(String.valueOf(e.getSQLState()))) {
        throw refusal(e);
      }
      throw e;
    }
  }

  private static IllegalStateException refusal(@Nullable SQLException seen) {
    return new IllegalStateException(
        "a pooler in between gives each transaction another session, so locks do not hold."
            + " Set pool_mode = session for this database in the pooler, or name"
            + " PostgreSQL itself in the URL",
        seen);
  }

  /** Whether what one has between transactions is given to the other meanwhile. */
  private static boolean shareSessions(Connection one, Connection other) throws SQLException {
    int before = session(one);
    other.setAutoCommit(false);
    try {
      return session(other) == before || session(one) != before;
    } finally {
      other.rollback();
      other.setAutoCommit(true);
    }
  }

  private static int session(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT pg_backend_pid()")) {
      result.next();
      return result.getInt(1);
    }
  }
}
