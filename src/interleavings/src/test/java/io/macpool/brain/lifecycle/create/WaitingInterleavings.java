package io.macpool.brain.lifecycle.create;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.brain.lifecycle.execution.BrokerRuntime;
import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Subject;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Creates that find no slot and wait, while slots become free: none waits on beside a free slot.
 * Time stands still here, so that nobody is saved by looking again.
 */
@Subject(value = Waiting.class, planted = Fault.NO_MONITOR)
final class WaitingInterleavings implements Harness {

  private static final Duration LONG = Duration.ofMinutes(5);

  private final Waiting waiting = new Waiting(withoutTime());
  private final AtomicInteger free = new AtomicInteger();

  private static BrokerRuntime withoutTime() {
    return (BrokerRuntime)
        Proxy.newProxyInstance(
            WaitingInterleavings.class.getClassLoader(),
            new Class<?>[] {BrokerRuntime.class},
            (proxy, method, arguments) -> null);
  }

  @Override
  public void run() throws Exception {
    together(() -> create("a"), () -> create("b"), this::free, this::free);
    check(waiting.size() == 0, "somebody is left in the line");
    check(free.get() == 0, "a slot was taken twice, or not at all");
  }

  private boolean take() {
    int seen = free.get();
    while (seen > 0 && !free.compareAndSet(seen, seen - 1)) {
      seen = free.get();
    }
    return seen > 0;
  }

  private void create(String owner) {
    long heard = waiting.unheard();
    if (take()) {
      return;
    }
    Waiting.Turn turn = waiting.join(owner).orElseThrow();
    do {
      turn.await(heard, LONG, new Cancellation()).join();
      heard = waiting.unheard();
    } while (!take());
    turn.leave();
  }

  private void free() {
    free.incrementAndGet();
    waiting.wake();
  }
}
