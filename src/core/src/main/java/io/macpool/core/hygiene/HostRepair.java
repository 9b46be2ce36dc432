package io.macpool.core.hygiene;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How far a host's repair is; on record, so that it survives whoever does it.
 *
 * @param domains what a failure of this repair speaks against
 * @param bootBefore the boot time that must change; empty if it was not known, which only a resting
 *     host's may be
 * @param asks how often a reboot was asked for
 * @param failures repairs in a row that failed, or did not help for long
 * @param since when this phase began
 * @param due when it should have ended
 */
public record HostRepair(
    String host,
    Phase phase,
    HostFault fault,
    Set<FailureDomain> domains,
    Optional<Instant> bootBefore,
    int asks,
    int failures,
    Instant since,
    Instant due) {

  /** What goes on. */
  public enum Phase {
    /** It gets nothing new, and waits for its turn. */
    RESTING(true, false),
    /** It gets nothing new, and what runs there ends by itself. */
    DRAINING(true, true),
    /** A reboot was asked for, and its boot time has not changed yet. */
    REBOOTING(true, true),
    /** It has booted; a throw-away instance shows whether it works. */
    PROBING(true, true),
    /** It is back in service, and must stay healthy for a while. */
    WATCHED(false, true),
    /**
     * It was repaired; a fault that returns soon is the same one, and waits for longer each time.
     */
    REPAIRED(false, false),
    /** The repair did not help: it stays out until it is tried again. */
    FAILED(true, false),
    /** The repair did not help, nor would it: others have the same fault. It is in service. */
    EXCUSED(false, false);

    private final boolean out;
    private final boolean inHand;

    Phase(boolean out, boolean inHand) {
      this.out = out;
      this.inHand = inHand;
    }

    /** Whether the host is kept out of service for it. */
    public boolean isOut() {
      return out;
    }
  }

  private static final int RELAPSES = 2;

  /** A provider's clock, and what we know of it, may move by so much. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  public HostRepair {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(fault, "fault");
    domains = Set.copyOf(domains);
    Objects.requireNonNull(bootBefore, "bootBefore");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(due, "due");
  }

  /** Whether it counts among those that are under repair at a time. */
  boolean inHand(Instant now) {
    return phase.inHand && !(phase == Phase.DRAINING && !now.isBefore(due));
  }

  /** Whether its host was asked as often as may be, and did not reboot. */
  public boolean isInVain(HygienePolicy policy) {
    return phase == Phase.FAILED && asks >= policy.mostAsks();
  }

  HostRepair in(Phase next, Instant now, Duration limit) {
    return new HostRepair(
        host, next, fault, domains, bootBefore, asks, failures, now, now.plus(limit));
  }

  HostRepair askedAgain(Instant now, Duration limit) {
    return new HostRepair(
        host,
        Phase.REBOOTING,
        fault,
        domains,
        bootBefore,
        asks + 1,
        failures,
        now,
        now.plus(limit));
  }

  /** It helped, as far as can be seen yet. */
  HostRepair helped(Instant now, HygienePolicy policy) {
    return in(Phase.REPAIRED, now, policy.retry(failures + 1).plus(HygienePolicy.RELAPSE_WITHIN));
  }

  /** Of one that helped: when the next may begin, if the host has a fault again. */
  Instant notAgainBefore(HygienePolicy policy) {
    return since.plus(policy.retry(failures + 1));
  }

  /** Whether its host was repaired several times in a row, and needs it again. */
  public boolean isRelapse() {
    return failures >= RELAPSES && phase != Phase.REPAIRED;
  }

  /** It did not help; what boots after this boot is a new chance. */
  HostRepair failed(Phase next, Optional<Instant> boot, Instant now, HygienePolicy policy) {
    return new HostRepair(
        host,
        next,
        fault,
        domains,
        boot.or(() -> bootBefore),
        asks,
        failures + 1,
        now,
        now.plus(policy.retry(failures + 1)));
  }

  /** Whether it has booted since: an answer alone proves nothing. */
  boolean hasRebooted(HostCondition host) {
    return bootBefore.isPresent()
        && host.bootTime()
            .toOptional()
            .filter(boot -> boot.isAfter(bootBefore.get().plus(CLOCKS_DIFFER)))
            .isPresent();
  }
}
