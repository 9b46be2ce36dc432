package io.macpool.brain.lifecycle.slots;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Subject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What happens to instances comes in any order, while the whole ledger is read anew: at the end is
 * here what is on record, what is gone stays gone, and whoever listens heard of its end.
 */
@Subject(value = LiveInstances.class, planted = Fault.NO_MONITOR)
final class LiveInstancesInterleavings implements Harness {

  private static final Instant NOW = Instant.EPOCH;

  private final LiveInstances live = new LiveInstances(Clock.fixed(NOW, ZoneOffset.UTC));
  private final Map<String, Instance> ledger = new ConcurrentHashMap<>();
  private final AtomicInteger ends = new AtomicInteger();

  @Override
  public void run() throws Exception {
    Runnable unused =
        live.onChange(
            instance -> {
              if (instance.phase() == InstancePhase.GONE) {
                ends.incrementAndGet();
              }
            });
    Instance one = requested("one");
    Instance ready = one.in(InstancePhase.READY, "on", Optional.empty(), NOW).proven();
    Instance owned = ready.handedTo("ci", "broker", NOW, "handed over");
    Instance other = requested("other");
    Instance gone = other.in(InstancePhase.GONE, "destroyed", Optional.empty(), NOW);
    record(one);
    record(other);
    together(
        () -> {
          ledger.put("one", ready);
          ledger.put("one", owned);
          live.put(owned);
        },
        () -> live.put(ready),
        () -> {
          ledger.remove("other");
          live.put(gone);
        },
        this::refresh);
    check(live.find("one").equals(Optional.of(owned)), "an older state: " + live.find("one"));
    check(live.find("other").isEmpty(), "what is gone is here");
    check(live.size() == 1, "another number than on record");
    check(ends.get() == 1, "its end was heard " + ends.get() + " times");
  }

  private static Instance requested(String id) {
    return Instance.requested(id, "xcode", Ownership.WARM, Instance.Size.AS_IMAGE, "broker", NOW);
  }

  private void record(Instance instance) {
    ledger.put(instance.id(), instance);
    live.put(instance);
  }

  private void refresh() {
    long mark = live.mark();
    Collection<Instance> read = Map.copyOf(ledger).values();
    live.refresh(read, mark);
  }
}
