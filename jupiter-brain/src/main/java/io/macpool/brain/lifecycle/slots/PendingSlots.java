package io.macpool.brain.lifecycle.slots;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Slots that are neither in use nor free: what holds them is being destroyed, or whether it exists
 * at all only the hypervisor can tell. Thread-safe.
 */
public final class PendingSlots {

  private final LiveInstances live;
  private final String peer;
  private final Set<String> lost = ConcurrentHashMap.newKeySet();

  /**
   * @param peer who alone can tell, as a person calls it
   */
  public PendingSlots(LiveInstances live, String peer, MeterRegistry meters) {
    this.live = live;
    this.peer = peer;
    Gauge.builder("slots.pending", this, PendingSlots::count)
        .description("slots that await the hypervisor: to be destroyed, or of unknown outcome")
        .register(meters);
  }

  /** The answer to its clone was lost, or nobody waits for it any more while it runs. */
  public void lost(String id) {
    lost.add(id);
  }

  /** What became of its clone is known, or somebody else looks after that now. */
  public void found(String id) {
    lost.remove(id);
  }

  /** How many there are. */
  public int count() {
    lost.removeIf(id -> live.find(id).isEmpty());
    return (int) live.all().stream().filter(this::isPending).count();
  }

  /** Whether what holds this instance's slot only the hypervisor can tell, or end. */
  public boolean isPending(Instance instance) {
    return instance.host().isPresent()
        && (instance.phase() == InstancePhase.RECLAIMING
            || (instance.phase().isBeingMade() && lost.contains(instance.id())));
  }

  /** To be added to a refusal; empty if there are none. */
  public String words() {
    int count = count();
    return switch (count) {
      case 0 -> "";
      case 1 -> "; 1 slot awaits " + peer;
      default -> "; " + count + " slots await " + peer;
    };
  }
}
