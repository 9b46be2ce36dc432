package io.macpool.core.fleet.placement;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import java.util.Objects;
import java.util.Optional;

/**
 * What a host holds at the moment of planning.
 *
 * @param slots how many VMs it may hold
 * @param taken slots that are held, and VMs on it that hold none
 * @param operations creates and destroys that run on it now
 * @param standing whether creates on it lately failed by its own fault
 */
public record HostLoad(
    Host host, Optional<Cordon> cordon, int slots, int taken, int operations, Standing standing) {

  /** What a host's own failures mean for it. */
  public enum Standing {
    GOOD,
    /** It rests: nothing is placed there. */
    RESTING,
    /** It has rested: one create at a time shows whether it works again. */
    ON_PROBATION
  }

  /** Of a host in good standing. */
  public HostLoad(Host host, Optional<Cordon> cordon, int slots, int taken, int operations) {
    this(host, cordon, slots, taken, operations, Standing.GOOD);
  }

  public HostLoad {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(cordon, "cordon");
    Objects.requireNonNull(standing, "standing");
    if (slots < 0 || taken < 0 || operations < 0) {
      throw new IllegalArgumentException(
          "negative load: " + slots + " slots, " + taken + " taken, " + operations + " operations");
    }
  }

  /** Slots that a new instance could have: none while it rests, nor on an overfull host. */
  public int free() {
    return standing == Standing.RESTING ? 0 : Math.max(0, slots - taken);
  }

  /** How many VMs it holds beyond its slots. */
  public int excess() {
    return Math.max(0, taken - slots);
  }

  /** The same with an instance more, which is being made. */
  public HostLoad withOneMore() {
    return new HostLoad(host, cordon, slots, taken + 1, operations + 1, standing);
  }

  /** The same in another standing. */
  public HostLoad in(Standing other) {
    return new HostLoad(host, cordon, slots, taken, operations, other);
  }
}
