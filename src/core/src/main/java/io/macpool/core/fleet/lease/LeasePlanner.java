package io.macpool.core.fleet.lease;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Decides whose instances nobody wants any more. A pure function of its input; the order of leases
 * does not matter.
 *
 * <p>Silence alone says nothing: it may be us who hear nobody. A lease has ended when its time is
 * over <em>and another holder was heard after that</em>. So a broker that was away, or cut off,
 * ends nothing until holders reach it again, and those that live then renew first; and what the
 * last holder of all left behind stays until there is a new one, or until its instances' own time
 * is over.
 */
public final class LeasePlanner {

  private LeasePlanner() {}

  /**
   * The leases that have ended, by owner and id.
   *
   * @param hearingSince since when holders could be heard without a gap: before it, silence does
   *     not count
   */
  public static List<Lease> ended(Collection<Lease> leases, Instant hearingSince) {
    Instant heard =
        leases.stream().map(Lease::renewedAt).max(Instant::compareTo).orElse(hearingSince);
    return leases.stream()
        .filter(lease -> heard.isAfter(end(lease, hearingSince)))
        .sorted(Comparator.comparing(Lease::owner).thenComparing(Lease::id))
        .toList();
  }

  private static Instant end(Lease lease, Instant hearingSince) {
    Instant counted = lease.renewedAt().isBefore(hearingSince) ? hearingSince : lease.renewedAt();
    return counted.plus(lease.duration());
  }
}
