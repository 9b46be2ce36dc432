package io.macpool.sim.net;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what comes to a certain point of a peer there, until it is closed. Thread safe. */
public final class Hold implements AutoCloseable {

  private final AtomicInteger held = new AtomicInteger();
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** One that keeps nothing. */
  public static Hold closed() {
    Hold hold = new Hold();
    hold.close();
    return hold;
  }

  /** How many came to it so far. */
  public int held() {
    return held.get();
  }

  /** Comes to it and goes on once it is closed, on the thread that closes it. */
  public void pass(Runnable onward) {
    held.incrementAndGet();
    CompletableFuture<Void> unused = over.thenRun(onward);
  }

  /** The same for a thread that may be kept. */
  public void pass() {
    held.incrementAndGet();
    over.join();
  }

  /** Whether it keeps nothing any more. */
  public boolean isOver() {
    return over.isDone();
  }

  /** Lets go what it keeps, and keeps nothing from now on. */
  @Override
  public void close() {
    over.complete(null);
  }
}
