package io.macpool.cli.guest;

import io.macpool.cli.screen.Failures;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is closed when a signal ends us, last first: try-with-resources does not come by then. What
 * is added must bear being closed twice.
 */
public final class AtExit {

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  public AtExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAll, "at-exit"));
  }

  public synchronized <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  private void closeAll() {
    for (AutoCloseable next = pop(); next != null; next = pop()) {
      try {
        next.close();
      } catch (Exception e) {
        System.err.println("macpool: " + Failures.cause(e).getMessage());
      }
    }
  }

  private synchronized AutoCloseable pop() {
    return open.poll();
  }
}
