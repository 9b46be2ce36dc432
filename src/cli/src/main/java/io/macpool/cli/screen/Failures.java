package io.macpool.cli.screen;

import io.macpool.broker.BrokerException;
import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** How failures are told to a person. */
public final class Failures {

  private Failures() {}

  /** What our own executions throw is told in words, anything else whole. */
  public static void say(PrintWriter err, Throwable failure) {
    boolean known =
        failure instanceof BrokerException
            || failure instanceof IllegalArgumentException
            || failure instanceof PoolException;
    err.println("macpool: " + (known ? failure.getMessage() : failure));
  }

  /** The failure itself, without what others have wrapped it in. */
  public static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
