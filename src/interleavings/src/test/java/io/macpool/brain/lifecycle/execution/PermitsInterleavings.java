package io.macpool.brain.lifecycle.execution;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Subject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Never more at work than permits; each who waits comes to its turn, also behind one that gives up;
 * none is lost: at the end all are free.
 */
@Subject(value = Permits.class, planted = Fault.NO_MONITOR)
final class PermitsInterleavings implements Harness {

  private static final int PERMITS = 1;

  private final Permits permits = new Permits(PERMITS, 100);
  private final AtomicInteger working = new AtomicInteger();

  @Override
  public void run() throws Exception {
    together(() -> work("a"), () -> work("b"), () -> giveUp("a"), () -> work("a"));
    check(permits.acquire("z").orElseThrow().isDone(), "a permit was lost");
    check(!permits.acquire("z").orElseThrow().isDone(), "there is a permit too many");
    check(permits.byOwner().getOrDefault("z", 0) == 1, "somebody is counted who has gone");
  }

  private void work(String owner) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<Void> unused =
        permits
            .acquire(owner)
            .orElseThrow()
            .thenRun(
                () -> {
                  check(working.incrementAndGet() <= PERMITS, "two work by one permit");
                  working.decrementAndGet();
                  permits.release();
                  done.countDown();
                });
    done.await();
  }

  /** Gives up its place; if its turn came first, it has a permit to give back. */
  private void giveUp(String owner) {
    CompletableFuture<Void> place = permits.acquire(owner).orElseThrow();
    if (!place.cancel(false)) {
      permits.release();
    }
  }
}
