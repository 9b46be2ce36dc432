package io.macpool.sim.tart;

import java.time.Duration;
import java.util.Objects;

/**
 * How long things take on a Mac.
 *
 * @param copy of an image that is there
 * @param start from {@code run} to the VM's start, or to its refusal
 * @param boot from the start to an address
 * @param stop of a VM
 * @param pull of an image from its registry
 */
public record MacTimes(Duration copy, Duration start, Duration boot, Duration stop, Duration pull) {

  /** As short as tests want them. */
  public static final MacTimes SHORT =
      new MacTimes(
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          Duration.ofMillis(50),
          Duration.ofMillis(10),
          Duration.ofMillis(100));

  /** About as long as on a Mac mini. */
  public static final MacTimes REALISTIC =
      new MacTimes(
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(15),
          Duration.ofSeconds(2),
          Duration.ofMinutes(10));

  public MacTimes {
    Objects.requireNonNull(copy, "copy");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(boot, "boot");
    Objects.requireNonNull(stop, "stop");
    Objects.requireNonNull(pull, "pull");
  }

  /** The same with a clone that takes so long. */
  public MacTimes withCopy(Duration time) {
    return new MacTimes(time, start, boot, stop, pull);
  }

  /** The same with a pull that takes so long. */
  public MacTimes withPull(Duration time) {
    return new MacTimes(copy, start, boot, stop, time);
  }

  /** The same with a boot that takes so long. */
  public MacTimes withBoot(Duration time) {
    return new MacTimes(copy, start, time, stop, pull);
  }
}
