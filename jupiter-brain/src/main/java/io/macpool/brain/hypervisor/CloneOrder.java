package io.macpool.brain.hypervisor;

import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Mark;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be cloned.
 *
 * @param name of the clone
 * @param host where it shall run; empty leaves that to the cluster
 * @param mark what it bears from the start
 * @param suspension what it has to do with guests that its host keeps suspended
 */
public record CloneOrder(
    Image image, String name, Optional<String> host, Mark mark, Suspension suspension) {

  /** What an order has to do with suspended guests, where the provider has any. */
  public enum Suspension {
    /** One of the image may take the clone's place. */
    TAKE,
    NONE,
    /** The clone is to become one: see {@link Hypervisor#suspend}. */
    KEEP
  }

  /** One that has nothing to do with suspended guests. */
  public CloneOrder(Image image, String name, Optional<String> host, Mark mark) {
    this(image, name, host, mark, Suspension.NONE);
  }

  public CloneOrder {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(mark, "mark");
    Objects.requireNonNull(suspension, "suspension");
  }
}
