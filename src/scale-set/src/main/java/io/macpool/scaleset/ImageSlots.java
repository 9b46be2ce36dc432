package io.macpool.scaleset;

import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.HostSlots;
import io.macpool.broker.ImageInfo;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How many instances of one image the pool could give at once. */
final class ImageSlots {

  private ImageSlots() {}

  /** Whether it may matter which image is asked for: a pool of one kind alone names no provider. */
  static boolean differ(Capacity pool) {
    return Objects.requireNonNullElse(pool.byHost(), List.<HostSlots>of()).stream()
        .anyMatch(host -> host.provider() != null);
  }

  /**
   * Free slots and those of warm instances, which yield, on hosts that have the image: those of its
   * provider, without those to which it is still to be brought. Of an image that the broker does
   * not list, or of a pool that does not tell its hosts, those of the whole pool: whoever asks for
   * one is told what is wrong.
   */
  static int of(Capacity pool, List<ImageInfo> images, String name) {
    Optional<ImageInfo> image = images.stream().filter(each -> each.id().equals(name)).findFirst();
    List<HostSlots> hosts = Objects.requireNonNullElse(pool.byHost(), List.<HostSlots>of());
    if (image.isEmpty() || hosts.isEmpty()) {
      return pool.slots().free() + pool.slots().warm();
    }
    Set<String> lacking =
        Objects.requireNonNullElse(image.get().pulls(), List.<ImageInfo.Pull>of()).stream()
            .map(ImageInfo.Pull::host)
            .collect(Collectors.toSet());
    return hosts.stream()
        .filter(host -> Objects.equals(host.provider(), image.get().provider()))
        .filter(host -> !lacking.contains(host.host()))
        .mapToInt(host -> host.free() + host.warm())
        .sum();
  }
}
