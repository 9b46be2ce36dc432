package io.macpool.sim.broker;

import io.macpool.core.fleet.lease.Lease;
import io.macpool.core.fleet.lease.LeasePlanner;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The simulated broker's leases: who holds one, and what was made under it. Ended as the broker
 * ends them, by its planner: when a lease's time is over and another holder was heard after that.
 * Thread safe.
 */
final class HeldLeases {

  private static final String OWNER = "simulated";

  private final Clock clock;
  private final Map<String, Lease> leases = new LinkedHashMap<>();
  private final Map<String, Set<String>> instances = new LinkedHashMap<>();
  private Duration passed = Duration.ZERO;
  private int renewals;

  HeldLeases(Clock clock) {
    this.clock = clock;
  }

  /** As if so much time had gone by for everybody. */
  synchronized void passTime(Duration time) {
    passed = passed.plus(time);
  }

  synchronized Lease renew(String id, Duration duration) {
    Lease lease = new Lease(OWNER, id, clock.instant().plus(passed), duration);
    leases.put(id, lease);
    renewals++;
    return lease;
  }

  synchronized boolean isTaken(String id) {
    return leases.containsKey(id);
  }

  /** An instance is its holder's from now on. */
  synchronized void put(String id, String instance) {
    instances.computeIfAbsent(id, lease -> new HashSet<>()).add(instance);
  }

  /** What was made under a lease, gone or not. */
  synchronized Set<String> instances(String id) {
    return Set.copyOf(instances.getOrDefault(id, Set.of()));
  }

  /** The holder gives the lease up; what it held is to be destroyed. */
  synchronized Set<String> end(String id) {
    leases.remove(id);
    Set<String> held = instances.remove(id);
    return held == null ? Set.of() : held;
  }

  /** Leases that have ended of themselves; what they held is to be destroyed. */
  synchronized List<String> ended() {
    return LeasePlanner.ended(leases.values(), Instant.EPOCH).stream()
        .map(Lease::id)
        .flatMap(id -> end(id).stream())
        .toList();
  }

  synchronized int renewals() {
    return renewals;
  }

  synchronized Set<String> ids() {
    return Set.copyOf(leases.keySet());
  }
}
