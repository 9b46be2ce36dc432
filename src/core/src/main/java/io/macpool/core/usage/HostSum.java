package io.macpool.core.usage;

import io.macpool.core.usage.UsageReport.HostUsage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** One host's parts of a period, added up in their order. */
final class HostSum {

  private SlotTime time = SlotTime.none();
  private int most;
  private Instant at = Instant.EPOCH;
  private int slots;
  private Duration unseen = Duration.ZERO;
  private Duration told = Duration.ZERO;

  void add(HostUsage host, UsageReport part) {
    time = time.plus(host.time());
    if (host.mostAtOnce() > most) {
      most = host.mostAtOnce();
      at = host.at();
    }
    slots = Math.max(slots, host.slots());
    unseen = unseen.plus(host.unseen());
    told = told.plus(part.period().length());
  }

  /** Of parts that say nothing of a host, nothing is known of it. */
  HostUsage of(String host, Period period) {
    return new HostUsage(
        host,
        time,
        most,
        most == 0 ? period.from().truncatedTo(ChronoUnit.MINUTES) : at,
        slots,
        unseen.plus(period.length().minus(told)));
  }
}
