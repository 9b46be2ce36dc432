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
 */
public record CloneOrder(Image image, String name, Optional<String> host, Mark mark) {
  public CloneOrder {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(mark, "mark");
  }
}
