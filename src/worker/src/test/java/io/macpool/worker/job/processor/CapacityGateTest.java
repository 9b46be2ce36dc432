package io.macpool.worker.job.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.broker.Capacity;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CapacityGateTest {

  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger free = new AtomicInteger();
  private final AtomicInteger own = new AtomicInteger();
  private final AtomicInteger withdrawn = new AtomicInteger();

  @AfterEach
  void end() {
    scheduler.shutdownNow();
  }

  @Test
  void grantsNoMoreThanThereIsRoomFor() {
    free.set(2);
    CapacityGate gate = gate();
    List<SlotGate.Hold> holds = ask(gate, 5);
    await().untilAsserted(() -> assertThat(granted(holds)).isEqualTo(2));
    assertThat(gate.waiting()).isEqualTo(3);
  }

  @Test
  void givesAReleasedRoomToTheNextAtOnce() {
    free.set(1);
    CapacityGate gate = gate();
    List<SlotGate.Hold> holds = ask(gate, 2);
    await().untilAsserted(() -> assertThat(granted(holds)).isEqualTo(1));
    holds.get(0).release();
    assertThat(granted(holds)).isEqualTo(2);
  }

  @Test
  void countsOwnInstancesAsRoomThatIsOurs() {
    own.set(2);
    CapacityGate gate = gate();
    List<SlotGate.Hold> holds = ask(gate, 3);
    await().untilAsserted(() -> assertThat(granted(holds)).isEqualTo(2));
  }

  @Test
  void takesBackRoomThatIsNotUsedWhenThePoolFills() {
    free.set(2);
    CapacityGate gate = gate();
    List<SlotGate.Hold> holds = ask(gate, 2);
    await().untilAsserted(() -> assertThat(granted(holds)).isEqualTo(2));
    holds.get(0).use();
    free.set(0);
    own.set(1);
    await().untilAsserted(() -> assertThat(withdrawn).hasPositiveValue());
  }

  @Test
  void aBrokerWithoutCapacityOpensTheGate() {
    CapacityGate gate =
        new CapacityGate(
            () -> CompletableFuture.completedFuture(Optional.empty()),
            own::get,
            Clock.systemUTC(),
            scheduler);
    List<SlotGate.Hold> holds = ask(gate, 50);
    await().untilAsserted(() -> assertThat(granted(holds)).isEqualTo(50));
  }

  @Test
  void grantsNothingWhileTheCapacityIsUnknown() {
    AtomicInteger looks = new AtomicInteger();
    CapacityGate gate =
        new CapacityGate(
            () -> {
              looks.incrementAndGet();
              return CompletableFuture.failedFuture(new IllegalStateException("no answer"));
            },
            own::get,
            Clock.systemUTC(),
            scheduler);
    List<SlotGate.Hold> holds = ask(gate, 2);
    await().atMost(Duration.ofSeconds(5)).until(() -> looks.get() >= 2);
    assertThat(granted(holds)).isZero();
  }

  @Test
  void looksOnceAtATimeAlsoWhenALookThatHadBegunWasCalledOff() {
    Deque<Runnable> looks = new ArrayDeque<>();
    CompletableFuture<Optional<Capacity>> answer = new CompletableFuture<>();
    AtomicInteger asked = new AtomicInteger();
    CapacityGate gate =
        new CapacityGate(
            () -> {
              asked.incrementAndGet();
              return answer;
            },
            own::get,
            Clock.systemUTC(),
            neverCallingOff(looks));
    ask(gate, 2);
    assertThat(looks).as("the first, and the one in its place").hasSize(2);
    looks.forEach(Runnable::run);
    assertThat(asked).hasValue(1);
  }

  /** As a task that has begun: it counts as cancelled, and runs all the same. */
  private static ScheduledExecutorService neverCallingOff(Deque<Runnable> tasks) {
    return new ScheduledThreadPoolExecutor(1) {
      @Override
      public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        tasks.add(task);
        return super.schedule(() -> {}, 1, TimeUnit.DAYS);
      }
    };
  }

  private CapacityGate gate() {
    return new CapacityGate(
        () -> {
          int now = free.get();
          return CompletableFuture.completedFuture(
              Optional.of(
                  new Capacity(
                      Capacity.TYPE,
                      "pool",
                      new Capacity.Slots(8, 8 - now, 0, now),
                      List.of(),
                      List.of())));
        },
        own::get,
        Clock.systemUTC(),
        scheduler);
  }

  private List<SlotGate.Hold> ask(CapacityGate gate, int count) {
    List<SlotGate.Hold> holds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      holds.add(gate.ask(withdrawn::incrementAndGet));
    }
    return holds;
  }

  private static long granted(List<SlotGate.Hold> holds) {
    return holds.stream().filter(hold -> hold.granted().isDone()).count();
  }
}
