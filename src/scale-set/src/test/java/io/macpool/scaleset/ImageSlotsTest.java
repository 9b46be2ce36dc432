package io.macpool.scaleset;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.HostSlots;
import io.macpool.broker.Capacity.Slots;
import io.macpool.broker.ImageInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ImageSlotsTest {

  private static HostSlots host(String name, @Nullable String provider, int warm, int free) {
    return new HostSlots(name, "ready", 2, 2 - warm - free, warm, free, null, provider);
  }

  private static ImageInfo image(String name, @Nullable String provider, ImageInfo.Pull... pulls) {
    return new ImageInfo(
        ImageInfo.TYPE,
        name,
        4,
        8192,
        false,
        "ready",
        0,
        0,
        null,
        null,
        provider,
        List.of(pulls),
        null);
  }

  private static Capacity pool(HostSlots... hosts) {
    return new Capacity(
        Capacity.TYPE,
        "pool",
        new Slots(
            2 * hosts.length,
            0,
            List.of(hosts).stream().mapToInt(HostSlots::warm).sum(),
            List.of(hosts).stream().mapToInt(HostSlots::free).sum()),
        List.of(),
        List.of(hosts));
  }

  @Test
  void hostsOfAnotherKindHaveNoRoomForIt() {
    Capacity pool =
        pool(
            host("esx-1", "vsphere", 0, 2),
            host("mac-1", "tart", 1, 1),
            host("mac-2", "tart", 0, 1));
    List<ImageInfo> images = List.of(image("macos-13", "vsphere"), image("macos-26", "tart"));

    assertThat(ImageSlots.differ(pool)).isTrue();
    assertThat(ImageSlots.of(pool, images, "macos-26")).isEqualTo(3);
    assertThat(ImageSlots.of(pool, images, "macos-13")).isEqualTo(2);
  }

  @Test
  void aHostThatStillLacksTheImageHasNoRoomForIt() {
    Capacity pool = pool(host("mac-1", "tart", 0, 2), host("mac-2", "tart", 0, 1));
    ImageInfo image = image("macos-26", "tart", new ImageInfo.Pull("mac-1", 40, null));

    assertThat(ImageSlots.of(pool, List.of(image), "macos-26")).isEqualTo(1);
  }

  @Test
  void inAPoolOfOneKindAllSlotsCount() {
    Capacity pool = pool(host("esx-1", null, 1, 1), host("esx-2", null, 0, 2));

    assertThat(ImageSlots.differ(pool)).isFalse();
    assertThat(ImageSlots.of(pool, List.of(image("macos-15", null)), "macos-15")).isEqualTo(4);
  }

  @Test
  void whatTheBrokerDoesNotTellIsAskedOfTheWholePool() {
    Capacity pool = pool(host("esx-1", null, 0, 2));

    assertThat(ImageSlots.of(pool, List.of(), "macos-15")).isEqualTo(2);
    assertThat(
            ImageSlots.of(
                new Capacity(Capacity.TYPE, "pool", new Slots(4, 0, 1, 3), List.of(), List.of()),
                List.of(image("macos-15", null)),
                "macos-15"))
        .isEqualTo(4);
  }
}
