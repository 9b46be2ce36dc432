package io.macpool.core.fleet;

import java.util.Objects;
import java.util.Optional;

/**
 * What an instance was made from, by reference: a name may come to mean another image.
 *
 * @param image the image's VM
 * @param version the state of the image whose disk it shares
 */
public record Origin(String image, Optional<String> version) {
  public Origin {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(version, "version");
  }

  /** What is made of the image as it is now. */
  public static Origin of(Image image) {
    return new Origin(image.ref(), image.version());
  }
}
