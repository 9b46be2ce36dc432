package io.macpool.brain.ledger.database;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.IntSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class PoolerCheckTest {

  private static final int TOLD_BY_POOLER = 9;

  @Test
  void postgresItselfAndSessionsOfOnesOwnAreTaken() {
    assertThatCode(() -> check(() -> TOLD_BY_POOLER, "")).doesNotThrowAnyException();
    int[] made = {0};
    assertThatCode(
            () ->
                PoolerCheck.refuseSharedSessions(
                    source(
                        () -> {
                          int own = ++made[0];
                          return connection(() -> own, "");
                        })))
        .doesNotThrowAnyException();
  }

  @Test
  void oneSessionForTwoConnectionsIsRefused() {
    assertThatThrownBy(() -> check(() -> 1, ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pool_mode = session");
  }

  /** As PgBouncer 1.18 does from the second client on: pgJDBC names its statements alike. */
  @Test
  void statementsThatAnotherClientLeftAreRefusedInTheSameWords() {
    for (String state : new String[] {"42P05", "26000"}) {
      assertThatThrownBy(() -> check(() -> 1, state))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("pool_mode = session")
          .hasRootCauseInstanceOf(SQLException.class);
    }
  }

  @Test
  void anyOtherFailureIsTheDatabasesOwn() {
    assertThatThrownBy(() -> check(() -> 1, "57P03")).isInstanceOf(SQLException.class);
  }

  private static void check(IntSupplier session, String failure) throws SQLException {
    PoolerCheck.refuseSharedSessions(source(() -> connection(session, failure)));
  }

  private interface Source {
    Connection connect();
  }

  private static DataSource source(Source source) {
    return proxy(DataSource.class, (self, method, arguments) -> source.connect());
  }

  private static Connection connection(IntSupplier session, String failure) {
    ResultSet row =
        proxy(
            ResultSet.class,
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "next" -> true;
                  case "getInt" -> session.getAsInt();
                  default -> null;
                });
    Statement statement =
        proxy(
            Statement.class,
            (self, method, arguments) -> method.getName().equals("executeQuery") ? row : null);
    PGConnection postgres = proxy(PGConnection.class, (self, method, arguments) -> TOLD_BY_POOLER);
    return proxy(
        Connection.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "unwrap" -> postgres;
              case "createStatement" -> {
                if (!failure.isEmpty()) {
                  throw new SQLException("refused", failure);
                }
                yield statement;
              }
              default -> null;
            });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
