package io.macpool.core.hygiene;

import io.macpool.core.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A host as hygiene sees it.
 *
 * @param pool which hardware pool it belongs to
 * @param build of its operating system, such as {@code macOS 25A354}, if that is told
 * @param slots VMs that it may hold
 * @param reachable whether it answers
 * @param setAside somebody else than hygiene has taken it out, and why: maintenance, or a cordon
 * @param bootTime when it booted
 * @param occupants whatever runs on it or is being made there, with or without an owner
 * @param faults what is wrong with it
 * @param probe how the last throw-away instance on it ended
 */
public record HostCondition(
    String id,
    String pool,
    Optional<String> build,
    int slots,
    Observed<Boolean> reachable,
    Optional<String> setAside,
    Observed<Instant> bootTime,
    Observed<Integer> occupants,
    List<HostFault> faults,
    Optional<Probed> probe) {

  /**
   * How a throw-away instance ended.
   *
   * @param reason why it failed, for a person
   */
  public record Probed(boolean answered, Instant at, String reason) {
    public Probed {
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(reason, "reason");
    }
  }

  public HostCondition {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(pool, "pool");
    Objects.requireNonNull(build, "build");
    Objects.requireNonNull(reachable, "reachable");
    Objects.requireNonNull(setAside, "setAside");
    Objects.requireNonNull(bootTime, "bootTime");
    Objects.requireNonNull(occupants, "occupants");
    faults = List.copyOf(faults);
    Objects.requireNonNull(probe, "probe");
  }

  /** Whether it is known to answer. */
  boolean answers() {
    return reachable.toOptional().orElse(false);
  }

  /** How long it has been up; empty if that is not known. */
  public Optional<Duration> uptime(Instant now) {
    return bootTime.toOptional().map(boot -> Duration.between(boot, now));
  }

  /** The most pressing fault that was seen after {@code then} and after its boot. */
  Optional<HostFault> fault(Instant then) {
    Instant boot = bootTime.toOptional().orElse(Instant.MIN);
    return faults.stream()
        .filter(fault -> fault.at().isAfter(then) && fault.at().isAfter(boot))
        .min((one, other) -> one.cause().compareTo(other.cause()));
  }
}
