package io.macpool.bench.worker;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets the programs of so many guests begin at once, and runs from then on: what it took to get
 * them all started is another figure.
 */
final class Stopwatch {

  private static final int PATIENCE_SECONDS = 60;

  private final CyclicBarrier start;
  private volatile long begun;

  Stopwatch(int programs) {
    this.start = new CyclicBarrier(programs, () -> begun = System.nanoTime());
  }

  int programs() {
    return start.getParties();
  }

  /** Forgets the programs before. */
  void reset() {
    begun = 0;
  }

  /** A program has begun; goes on when all others have, too. */
  void begins() throws IOException {
    try {
      start.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (BrokenBarrierException | TimeoutException e) {
      throw new IOException("the other programs did not begin", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the guest ends");
    }
  }

  /** In nanoseconds, since all programs began. */
  long sinceBegun() {
    if (begun == 0) {
      throw new IllegalStateException("not all programs have begun");
    }
    return System.nanoTime() - begun;
  }
}
