package io.macpool.core.fleet;

import java.util.Objects;
import java.util.Optional;

/**
 * What a host holds at the moment of planning.
 *
 * @param slots how many VMs it may hold
 * @param taken slots that are held, and VMs on it that hold none
 * @param operations creates and destroys that run on it now
 */
public record HostLoad(Host host, Optional<Cordon> cordon, int slots, int taken, int operations) {

  public HostLoad {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(cordon, "cordon");
    if (slots < 0 || taken < 0 || operations < 0) {
      throw new IllegalArgumentException(
          "negative load: " + slots + " slots, " + taken + " taken, " + operations + " operations");
    }
  }

  /** Slots that a new instance could have; never negative, also on an overfull host. */
  public int free() {
    return Math.max(0, slots - taken);
  }

  /** How many VMs it holds beyond its slots. */
  public int excess() {
    return Math.max(0, taken - slots);
  }

  /** The same with an instance more, which is being made. */
  public HostLoad withOneMore() {
    return new HostLoad(host, cordon, slots, taken + 1, operations + 1);
  }
}
