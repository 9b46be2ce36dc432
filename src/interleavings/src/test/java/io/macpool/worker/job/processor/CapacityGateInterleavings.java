package io.macpool.worker.job.processor;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.broker.Capacity;
import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import io.macpool.interleavings.Timers;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Processors ask for room, use it and give it back while answers of the broker come. There is one
 * look at a time, as an older answer that comes last would count as the newer; nobody is granted
 * more than there is; nobody is left in the line.
 */
@Subject(value = CapacityGate.class, planted = Fault.NO_MONITOR)
final class CapacityGateInterleavings implements Harness {

  private static final int ROOM = 1;
  private static final int LOOKS = 6;

  private final Spawner threads = new Spawner();
  private final Timers timers = new Timers(LOOKS);
  private final AtomicInteger looking = new AtomicInteger();
  private final AtomicInteger granted = new AtomicInteger();
  private final CapacityGate gate =
      new CapacityGate(this::look, () -> 0, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), timers);

  @Override
  public void run() throws Exception {
    together(this::work, this::work);
    timers.end();
    threads.awaitAll();
    check(gate.waiting() == 0, "somebody is left in the line");
  }

  private CompletableFuture<Optional<Capacity>> look() {
    check(looking.incrementAndGet() == 1, "two looks at once");
    return CompletableFuture.supplyAsync(
        () -> {
          looking.decrementAndGet();
          return Optional.of(
              new Capacity(
                  Capacity.TYPE,
                  "pool",
                  new Capacity.Slots(ROOM, 0, 0, ROOM),
                  List.of(),
                  List.of(),
                  List.of()));
        },
        threads);
  }

  private void work() {
    SlotGate.Hold hold = gate.ask(() -> {});
    CompletableFuture<Void> unused =
        hold.granted().thenRun(() -> check(granted.incrementAndGet() <= ROOM, "too much granted"));
    if (hold.granted().isDone()) {
      granted.decrementAndGet();
      hold.use();
    } else {
      // Granted in this moment, or never: whoever comes too late has nothing to count.
      hold.granted().cancel(false);
      if (!hold.granted().isCancelled()) {
        granted.decrementAndGet();
      }
    }
    hold.release();
  }
}
