package io.macpool.core.fleet;

import java.util.Objects;
import java.util.Optional;

/**
 * What an instance was made from, by reference: a name may come to mean another image.
 *
 * @param image the image's VM
 * @param snapshot the snapshot whose disk it shares
 */
public record Origin(String image, Optional<String> snapshot) {
  public Origin {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(snapshot, "snapshot");
  }

  /** What is made of the image as it is now. */
  public static Origin of(Image image) {
    return new Origin(image.ref(), image.snapshot());
  }
}
