package io.macpool.core.hygiene;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How hosts are kept healthy.
 *
 * @param maximumUptime a host is rebooted before it has been up for longer
 * @param window when reboots for uptime alone begin; empty: at any time. A host that has reached
 *     the maximum does not wait for it
 * @param minimumShare of the slots that stay in service, 0 to 1
 * @param atOnce hosts under repair at a time, at most
 * @param refusals creates in a row that a host refuses, or whose guests never answer, until it is
 *     repaired
 * @param repairTime what draining and rebooting one host is reckoned to take: reboots for uptime
 *     begin so early that one at a time is enough
 * @param drainLimit a host that still runs jobs after that keeps on draining, but holds up no other
 * @param rebootLimit a host whose boot time has not changed by then is asked again
 * @param mostAsks how often at most
 * @param retryAfter pause after a repair that failed, or after which the host had a fault again;
 *     doubles with each, up to a day
 */
public record HygienePolicy(
    Duration maximumUptime,
    Optional<MaintenanceWindow> window,
    double minimumShare,
    int atOnce,
    int refusals,
    Duration repairTime,
    Duration drainLimit,
    Duration rebootLimit,
    int mostAsks,
    Duration retryAfter) {

  /**
   * A host that has been up for this long gets no instance: at 49.7 days, 2^32 milliseconds, some
   * versions of macOS stop making TCP connections.
   */
  public static final Duration NO_PLACEMENT_AFTER = Duration.ofDays(49);

  /** A repaired host must be healthy for this long before more are repaired at a time. */
  public static final Duration HEALTHY_FOR = Duration.ofMinutes(5);

  /** A fault that returns so soon after the pause is the one that was repaired. */
  static final Duration RELAPSE_WITHIN = Duration.ofDays(1);

  /** A throw-away instance that does not answer by then has failed. */
  public static final Duration PROBE_LIMIT = Duration.ofMinutes(15);

  /** A share of the disk below which a host is short of room. */
  public static final double LEAST_FREE_DISK = 0.05;

  /** Boots that take so many times as long as after the host's own boot are slow. */
  public static final double SLOW_BOOT = 3;

  private static final Duration LONGEST_RETRY = Duration.ofDays(1);

  public static final HygienePolicy USUAL =
      new HygienePolicy(
          Duration.ofDays(42),
          Optional.empty(),
          0.9,
          10,
          5,
          Duration.ofHours(6),
          Duration.ofDays(1),
          Duration.ofMinutes(30),
          3,
          Duration.ofHours(1));

  public HygienePolicy {
    Objects.requireNonNull(maximumUptime, "maximumUptime");
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(repairTime, "repairTime");
    Objects.requireNonNull(drainLimit, "drainLimit");
    Objects.requireNonNull(rebootLimit, "rebootLimit");
    Objects.requireNonNull(retryAfter, "retryAfter");
    if (!(minimumShare >= 0 && minimumShare <= 1)) {
      throw new IllegalArgumentException("a share is 0 to 1, not " + minimumShare);
    }
    if (atOnce < 1 || refusals < 1 || mostAsks < 1) {
      throw new IllegalArgumentException("at once, refusals and asks are 1 at least");
    }
  }

  /** The pause after so many repairs in a row that failed. */
  Duration retry(int failures) {
    Duration pause = retryAfter;
    for (int i = 1; i < failures && pause.compareTo(LONGEST_RETRY) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : pause;
  }

  /** How many of these slots may be out of service. */
  int mayBeOut(int slots) {
    return (int) Math.floor(slots * (1 - minimumShare) + 1e-9);
  }
}
