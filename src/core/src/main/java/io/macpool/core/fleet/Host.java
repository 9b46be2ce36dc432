package io.macpool.core.fleet;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A physical Mac as last seen.
 *
 * @param id stable for as long as the host is in the pool
 * @param name for a person
 * @param connected whether it answers
 * @param inMaintenance whether somebody has taken it out for repair
 * @param storage ids of the storage that it sees
 * @param hardware the Mac's own UUID, which stays when it is taken out and added again
 * @param bootTime when it booted, by our clock; empty while that is not told
 */
public record Host(
    String id,
    String name,
    boolean connected,
    boolean inMaintenance,
    Set<String> storage,
    Optional<String> hardware,
    Optional<Instant> bootTime) {

  /**
   * What a host is known by when it comes back with another id.
   *
   * @param name empty if it is not known
   */
  public record Body(Optional<String> hardware, String name) {
    public Body {
      Objects.requireNonNull(hardware, "hardware");
      Objects.requireNonNull(name, "name");
    }

    /** Whether it is the same Mac: by its hardware, or by its name where that is not known. */
    public boolean isSameAs(Body other) {
      return (hardware.isPresent() && other.hardware.isPresent())
          ? hardware.equals(other.hardware)
          : !name.isEmpty() && name.equals(other.name);
    }
  }

  public Host {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    storage = Set.copyOf(storage);
    Objects.requireNonNull(hardware, "hardware");
    Objects.requireNonNull(bootTime, "bootTime");
  }

  /** One whose boot time is not known. */
  public Host(
      String id,
      String name,
      boolean connected,
      boolean inMaintenance,
      Set<String> storage,
      Optional<String> hardware) {
    this(id, name, connected, inMaintenance, storage, hardware, Optional.empty());
  }

  /** One whose hardware is not known. */
  public Host(
      String id, String name, boolean connected, boolean inMaintenance, Set<String> storage) {
    this(id, name, connected, inMaintenance, storage, Optional.empty());
  }

  public Body body() {
    return new Body(hardware, name);
  }
}
