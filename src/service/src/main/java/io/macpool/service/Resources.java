package io.macpool.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service opened, closed in the reverse order. A close that fails is logged and does not
 * keep the others open. Each resource bounds its own closing.
 */
public final class Resources implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Resources.class);

  private record Named(String name, AutoCloseable resource) {}

  private final Deque<Named> open = new ArrayDeque<>();
  private boolean closed;

  /** Takes ownership of {@code resource}; {@code name} is what the log calls it. */
  public synchronized <T extends AutoCloseable> T own(String name, T resource) {
    if (closed) {
      throw new IllegalStateException("already closed: can't take " + name);
    }
    open.push(new Named(name, resource));
    return resource;
  }

  @Override
  public void close() {
    for (Named next = pop(); next != null; next = pop()) {
      try {
        next.resource().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        log.warn("interrupted while closing {}", next.name());
      } catch (Exception e) {
        log.warn("closing {} failed", next.name(), e);
      }
    }
  }

  private synchronized Named pop() {
    closed = true;
    return open.poll();
  }
}
