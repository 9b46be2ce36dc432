package io.macpool.cli.instance;

import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.ImageSlots;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.ImageInfo;
import io.macpool.broker.NewInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a create would come to if it were asked for now. It takes nothing: others may be faster.
 *
 * @param possible whether the broker would take it, be it after a wait
 * @param lines in words
 */
record CreateForecast(boolean possible, List<String> lines) {

  private static final String TIME =
      "it would stay until it is deleted, or until the broker ends it for its age (macpool instances"
          + " -o wide: EXPIRES)";

  /**
   * Looks at what the broker tells of itself.
   *
   * @param capacity empty if it does not tell
   */
  static CreateForecast of(
      NewInstance wanted, List<ImageInfo> images, Optional<Capacity> capacity) {
    Optional<ImageInfo> image =
        images.stream().filter(each -> each.id().equals(wanted.baseImage())).findFirst();
    if (image.isEmpty()) {
      return new CreateForecast(
          false,
          List.of(
              "it would be refused: the pool has no image %s; macpool images lists them"
                  .formatted(wanted.baseImage())));
    }
    if (!"ready".equals(image.get().state())) {
      return new CreateForecast(
          false,
          List.of(
              "it would be refused: image %s is %s%s"
                  .formatted(
                      wanted.baseImage(),
                      image.get().state(),
                      image.get().reason() == null ? "" : ", " + image.get().reason())));
    }
    List<String> lines = new ArrayList<>();
    lines.add("would make an instance of %s%s".formatted(wanted.baseImage(), size(wanted)));
    lines.add(
        capacity.map(known -> place(wanted, known)).orElse("the broker does not tell its slots"));
    lines.add(TIME);
    return new CreateForecast(true, lines);
  }

  private static String size(NewInstance wanted) {
    String size =
        (wanted.cpus() == null ? "" : " with %d CPUs".formatted(wanted.cpus()))
            + (wanted.ram() == null ? "" : " with %d MB of memory".formatted(wanted.ram()));
    return size.isEmpty() ? ", of the image's own size" : size;
  }

  private static String place(NewInstance wanted, Capacity capacity) {
    Slots slots = capacity.slots();
    int warm =
        Optional.ofNullable(capacity.byImage()).orElse(List.of()).stream()
            .filter(each -> each.image().equals(wanted.baseImage()))
            .mapToInt(ImageSlots::warm)
            .sum();
    boolean own = wanted.cpus() == null && wanted.ram() == null;
    if (warm > 0 && own) {
      return "it would be there at once: %d of this image wait warm".formatted(warm);
    }
    if (slots.free() > 0) {
      return "it would be made on a free slot: %d of %d are free"
          .formatted(slots.free(), slots.total());
    }
    if (slots.warm() > 0) {
      return "no slot is free: one of the %d warm instances would be destroyed for it"
          .formatted(slots.warm());
    }
    return "no slot is free (%d of %d used, %d of them about to be given back): it would wait, or be refused"
        .formatted(slots.used(), slots.total(), slots.pending());
  }
}
