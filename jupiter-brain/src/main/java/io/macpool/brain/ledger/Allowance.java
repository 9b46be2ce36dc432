package io.macpool.brain.ledger;

import io.macpool.brain.ledger.Reservation.Denial;
import io.macpool.core.fleet.Instance;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How much owners and the warm pool have, and whether they may have one more. */
final class Allowance {

  private final int ownerQuota;
  private final Map<String, Integer> held;
  private final Map<String, Integer> warm;

  /**
   * Nobody has anything.
   *
   * @param ownerQuota instances that one owner may hold; 0: no limit
   */
  Allowance(int ownerQuota) {
    this(ownerQuota, new HashMap<>(), new HashMap<>());
  }

  private Allowance(int ownerQuota, Map<String, Integer> held, Map<String, Integer> warm) {
    this.ownerQuota = ownerQuota;
    this.held = held;
    this.warm = warm;
  }

  /** The same, to be counted on from here. */
  Allowance copy() {
    return new Allowance(ownerQuota, new HashMap<>(held), new HashMap<>(warm));
  }

  /** One that is on record. */
  void count(SlotRows.Live live) {
    live.ownership().owner().ifPresent(owner -> held.merge(owner, 1, Integer::sum));
    if (live.ownership().isWarm() && !live.isEnding()) {
      warm.merge(live.image(), 1, Integer::sum);
    }
  }

  /** One more is whoever's it is. */
  void has(Instance instance) {
    instance.owner().ifPresent(owner -> held.merge(owner, 1, Integer::sum));
    if (instance.isWarm()) {
      warm.merge(instance.image().orElse(""), 1, Integer::sum);
    }
  }

  /** Why there may not be one more; empty if there may. */
  <R> Optional<Reservation.Denied<R>> denial(Intent intent) {
    Instance wanted = intent.instance();
    Optional<String> owner = wanted.owner();
    int owned = owner.map(name -> held.getOrDefault(name, 0)).orElse(0);
    if (owner.isPresent() && ownerQuota > 0 && owned >= ownerQuota) {
      return Optional.of(
          new Reservation.Denied<>(
              Denial.OVER_QUOTA,
              owner.get() + " holds " + owned + " instances, as many as it may"));
    }
    int waiting = warm.getOrDefault(wanted.image().orElse(""), 0);
    return wanted.isWarm() && waiting >= intent.mostWarm()
        ? Optional.of(
            new Reservation.Denied<>(
                Denial.ENOUGH_WARM, waiting + " are warm or on their way, as many as may be"))
        : Optional.empty();
  }
}
