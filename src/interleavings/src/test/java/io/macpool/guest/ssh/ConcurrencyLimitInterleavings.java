package io.macpool.guest.ssh;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Logins: never more at once than allowed, each comes to its turn, also behind one that fails. */
@Subject(value = ConcurrencyLimit.class, planted = Fault.NO_MONITOR)
final class ConcurrencyLimitInterleavings implements Harness {

  private static final int AT_ONCE = 1;

  private final Spawner threads = new Spawner();
  private final ConcurrencyLimit limit = new ConcurrencyLimit(AT_ONCE, threads);
  private final AtomicInteger now = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  @Override
  public void run() throws Exception {
    together(() -> work(false), () -> work(true), () -> work(false));
    threads.awaitAll();
    check(ended.get() == 3, "one never came to its turn");
    check(
        limit.inTurn(() -> CompletableFuture.completedFuture(1)).isDone(),
        "a turn is held for ever");
  }

  private void work(boolean fails) {
    CompletableFuture<Integer> unused =
        limit
            .inTurn(
                () -> {
                  check(now.incrementAndGet() <= AT_ONCE, "too many at once");
                  return CompletableFuture.supplyAsync(() -> end(fails), threads);
                })
            .whenComplete((value, failure) -> ended.incrementAndGet());
  }

  private int end(boolean fails) {
    now.decrementAndGet();
    if (fails) {
      throw new IllegalStateException("the login failed");
    }
    return 1;
  }
}
