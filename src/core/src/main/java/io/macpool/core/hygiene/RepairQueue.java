package io.macpool.core.hygiene;

import io.macpool.core.hygiene.HostRepair.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which hosts need a repair, most pressing first. */
record RepairQueue(Map<String, HostRepair> repairs, HygienePolicy policy, Instant now) {

  /** How pressing a need is. */
  private enum Rank {
    OVERDUE,
    FAULTY,
    SCHEDULED
  }

  /** A host and why it needs a repair. */
  record Need(HostCondition host, HostFault fault) {}

  private record Ranked(Need need, Rank rank, Duration uptime) {}

  List<Need> of(Collection<HostCondition> hosts) {
    Set<String> due = dueByUptime(hosts);
    List<Ranked> all = new ArrayList<>();
    for (HostCondition host : hosts) {
      HostRepair repair = repairs.get(host.id());
      if (repair == null || mayBeginAgain(repair)) {
        need(host, due.contains(host.id()), repair)
            .ifPresent(
                need ->
                    all.add(new Ranked(need, rank(need), host.uptime(now).orElse(Duration.ZERO))));
      }
    }
    return all.stream()
        .sorted(
            Comparator.comparing(Ranked::rank)
                .thenComparing(Comparator.comparing(Ranked::uptime).reversed())
                .thenComparing(ranked -> ranked.need().host().id()))
        .map(Ranked::need)
        .toList();
  }

  private boolean mayBeginAgain(HostRepair repair) {
    return switch (repair.phase()) {
      case RESTING -> true;
      case REPAIRED -> !now.isBefore(repair.notAgainBefore(policy));
      case FAILED, EXCUSED -> !now.isBefore(repair.due());
      default -> false;
    };
  }

  private Optional<Need> need(HostCondition host, boolean due, @Nullable HostRepair repair) {
    Optional<HostFault> fault =
        isOverdue(host)
            ? Optional.of(uptimeFault(host))
            : host.fault(Instant.MIN)
                .or(
                    () ->
                        Optional.ofNullable(repair)
                            .filter(before -> before.phase() == Phase.FAILED)
                            .map(HostRepair::fault))
                .or(() -> due ? Optional.of(uptimeFault(host)) : Optional.empty());
    return fault.map(f -> new Need(host, f));
  }

  private Rank rank(Need need) {
    if (isOverdue(need.host())) {
      return Rank.OVERDUE;
    }
    return need.fault().cause() == HostFault.Cause.UPTIME ? Rank.SCHEDULED : Rank.FAULTY;
  }

  private boolean isOverdue(HostCondition host) {
    return host.uptime(now)
        .filter(uptime -> uptime.compareTo(policy.maximumUptime()) >= 0)
        .isPresent();
  }

  HostFault uptimeFault(HostCondition host) {
    long days = host.uptime(now).map(Duration::toDays).orElse(0L);
    return new HostFault(
        HostFault.Cause.UPTIME, Optional.empty(), now, "it has been up for " + days + " days");
  }

  private record Up(String host, Duration uptime) {}

  /**
   * The longest running, and only so many that one repair after the other is just in time for the
   * rest: so hosts that booted together do not come due together.
   */
  private Set<String> dueByUptime(Collection<HostCondition> hosts) {
    if (policy.window().filter(window -> !window.contains(now)).isPresent()) {
      return Set.of();
    }
    Duration latest =
        policy.window().isPresent() ? policy.maximumUptime().minusDays(7) : policy.maximumUptime();
    List<Up> oldest = new ArrayList<>();
    for (HostCondition host : hosts) {
      if (!repairs.containsKey(host.id())) {
        host.uptime(now)
            .filter(uptime -> uptime.multipliedBy(2).compareTo(policy.maximumUptime()) >= 0)
            .ifPresent(uptime -> oldest.add(new Up(host.id(), uptime)));
      }
    }
    oldest.sort(Comparator.comparing(Up::uptime).reversed().thenComparing(Up::host));
    int count = 0;
    for (int rank = 0; rank < oldest.size(); rank++) {
      long inTime =
          latest.minus(oldest.get(rank).uptime()).toSeconds()
              / Math.max(1, policy.repairTime().toSeconds());
      count = (int) Math.min(rank + 1L, Math.max(count, rank + 1 - Math.max(0, inTime)));
    }
    Set<String> due = new HashSet<>();
    oldest.subList(0, count).forEach(up -> due.add(up.host()));
    return due;
  }
}
