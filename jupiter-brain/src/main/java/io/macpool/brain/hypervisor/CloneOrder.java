package io.macpool.brain.hypervisor;

import io.macpool.core.fleet.Image;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be cloned.
 *
 * @param name of the clone
 * @param host where it shall run; empty leaves that to the cluster
 */
public record CloneOrder(Image image, String name, Optional<String> host) {
  public CloneOrder {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
  }
}
