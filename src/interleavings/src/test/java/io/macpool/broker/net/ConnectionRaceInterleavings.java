package io.macpool.broker.net;

import static io.macpool.interleavings.Threads.check;

import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import io.macpool.interleavings.Timers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Addresses are dialled side by side: each once at most; one connection wins, the others are given
 * back; and who finds nobody is told so.
 */
@Subject(value = ConnectionRace.class, planted = Fault.NO_COMPARE_AND_SET)
final class ConnectionRaceInterleavings implements Harness {

  private final Spawner threads = new Spawner();
  private final Timers timers = new Timers(10);
  private final List<Integer> dialled = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger back = new AtomicInteger();

  @Override
  public void run() throws Exception {
    Integer winner = race(List.of(-1, 2, 3)).join();
    check(winner > 0, "a failure won");
    try {
      check(race(List.of(-4, -5, -6)).join() == null, "somebody was found where nobody is");
    } catch (CompletionException e) {
      check(e.getCause() instanceof IllegalArgumentException, "another failure: " + e);
    }
    timers.end();
    threads.awaitAll();
    check(made.get() == back.get() + 1, "a connection is nobody's, or everybody's");
    check(dialled.stream().distinct().count() == dialled.size(), "dialled twice: " + dialled);
  }

  private CompletableFuture<Integer> race(List<Integer> addresses) {
    return ConnectionRace.run(
        addresses,
        this::dial,
        late -> back.incrementAndGet(),
        (delay, task) -> timers.execute(task));
  }

  private CompletableFuture<Integer> dial(int address) {
    dialled.add(address);
    return CompletableFuture.supplyAsync(
        () -> {
          if (address < 0) {
            throw new IllegalArgumentException("nobody answers");
          }
          made.incrementAndGet();
          return address;
        },
        threads);
  }
}
