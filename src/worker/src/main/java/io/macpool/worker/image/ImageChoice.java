package io.macpool.worker.image;

import java.util.Optional;

/**
 * The image that a job gets.
 *
 * @param name as the broker knows it
 * @param substitution what to tell people when the job named an image and gets another: one
 *     sentence with both names and the reason; empty when it gets what it asked for
 */
public record ImageChoice(String name, Optional<String> substitution) {

  /** What the job asked for, or would get without asking. */
  static ImageChoice of(String name) {
    return new ImageChoice(name, Optional.empty());
  }

  /** Another image than the {@code osx_image} that the job named. */
  static ImageChoice insteadOf(String asked, String name, String reason) {
    return new ImageChoice(
        name,
        Optional.of(
            "The job asks for osx_image \"%s\", and %s: it runs on the image \"%s\"."
                .formatted(asked, reason, name)));
  }
}
