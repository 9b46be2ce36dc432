package io.macpool.core.fleet;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A VM that lies in a folder, as the janitor sees it: nothing says whose it is.
 *
 * @param name its own, which is an instance's id if it is one
 * @param ref the VM in vSphere
 * @param image whether others are cloned from it: it is a template, or has a snapshot named {@code
 *     base}
 * @param reporting whether its guest reports an address, and so has booted
 * @param bootedAt when it was last switched on, if vSphere tells
 * @param createdAt when it was made, if vSphere tells
 */
public record FoundMachine(
    String name,
    String ref,
    PowerState power,
    boolean image,
    boolean reporting,
    Optional<Instant> bootedAt,
    Optional<Instant> createdAt) {

  public FoundMachine {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(power, "power");
    Objects.requireNonNull(bootedAt, "bootedAt");
    Objects.requireNonNull(createdAt, "createdAt");
  }
}
