package io.macpool.core.hygiene;

import io.macpool.core.hygiene.HostRepair.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which hosts rest, are drained, rebooted, probed and taken back. A pure function; the
 * order of the hosts does not matter.
 *
 * <p>It never asks for the reboot of a host on which anything runs or may run, nor takes a host out
 * while too few slots would stay in service; what is not known it waits for. What hosts share, a
 * {@link FailureDomain}, is repaired at a width: one host at first, twice as many after each that
 * stayed healthy, one again after each that did not.
 */
public final class HostHygienePlanner {

  /**
   * What is on record.
   *
   * @param repairs by host
   * @param widths hosts of a domain that may be under repair at a time; 1 unless given
   */
  public record State(Map<String, HostRepair> repairs, Map<FailureDomain, Integer> widths) {

    /** Nothing is under repair. */
    public static final State NONE = new State(Map.of(), Map.of());

    public State {
      repairs = Map.copyOf(repairs);
      widths = Map.copyOf(widths);
    }
  }

  /**
   * What is to be done, and to be on record before it is.
   *
   * @param actions at most one for each host, by host
   */
  public record Plan(List<HygieneAction> actions, State next) {
    public Plan {
      actions = List.copyOf(actions);
      Objects.requireNonNull(next, "next");
    }
  }

  /** A host that disappeared is forgotten then. */
  private static final Duration FORGET_AFTER = Duration.ofDays(7);

  /** Hosts with a fault, and which part of all, that it takes to call it common. */
  private static final int COMMON = 3;

  private static final int COMMON_PART = 4;

  private final Map<String, HostCondition> hosts = new TreeMap<>();
  private final Map<String, HostRepair> repairs;
  private final Map<FailureDomain, Integer> widths;
  private final Map<String, HygieneAction> actions = new TreeMap<>();
  private final HygienePolicy policy;
  private final Instant now;
  private final RepairQueue queue;
  private final int slots;

  private HostHygienePlanner(
      Collection<HostCondition> hosts, State state, HygienePolicy policy, Instant now) {
    hosts.forEach(host -> this.hosts.put(host.id(), host));
    this.repairs = new TreeMap<>(state.repairs());
    this.widths = new TreeMap<>(state.widths());
    this.policy = policy;
    this.now = now;
    this.queue = new RepairQueue(repairs, policy, now);
    this.slots = this.hosts.values().stream().mapToInt(HostCondition::slots).sum();
  }

  /** Plans. */
  public static Plan plan(
      Collection<HostCondition> hosts, State state, HygienePolicy policy, Instant now) {
    return new HostHygienePlanner(hosts, state, policy, now).plan();
  }

  private Plan plan() {
    repairs
        .values()
        .removeIf(r -> !hosts.containsKey(r.host()) && r.due().plus(FORGET_AFTER).isBefore(now));
    boolean outage = isOutage();
    if (outage) {
      repairs.keySet().forEach(host -> hold(host, "too many hosts can't be seen: an outage"));
    } else {
      for (HostCondition host : hosts.values()) {
        if (repairs.containsKey(host.id())) {
          advance(host, repairs.get(host.id()));
        }
      }
    }
    hosts.values().forEach(this::restIfTooOld);
    if (!outage) {
      for (RepairQueue.Need need : queue.of(hosts.values())) {
        if (!actions.containsKey(need.host().id())) {
          beginOrHold(need);
        }
      }
    }
    return new Plan(List.copyOf(actions.values()), new State(repairs, widths));
  }

  /** More can't be seen than may be out, and it is not we who reboot them. */
  private boolean isOutage() {
    int unseen =
        hosts.values().stream()
            .filter(host -> !host.answers() && host.setAside().isEmpty())
            .filter(host -> !is(host, Phase.REBOOTING))
            .mapToInt(HostCondition::slots)
            .sum();
    return unseen > Math.max(policy.mayBeOut(slots), slots / COMMON_PART);
  }

  private boolean is(HostCondition host, Phase phase) {
    HostRepair repair = repairs.get(host.id());
    return repair != null && repair.phase() == phase;
  }

  private void restIfTooOld(HostCondition host) {
    boolean tooOld =
        host.uptime(now)
            .filter(up -> up.compareTo(HygienePolicy.NO_PLACEMENT_AFTER) >= 0)
            .isPresent();
    HostRepair before = repairs.get(host.id());
    boolean inService = before == null || !before.phase().isOut();
    if (tooOld && inService && host.setAside().isEmpty() && host.answers()) {
      HostFault fault = queue.uptimeFault(host);
      repairs.put(host.id(), repair(host, fault, Phase.RESTING));
      act(new HygieneAction.Rest(host.id(), fault.reason()));
    }
  }

  private void advance(HostCondition host, HostRepair repair) {
    RepairStep step =
        RepairStep.of(
            repair,
            host,
            new RepairStep.Surroundings(
                isCommon(host),
                // Others may have begun while it took too long to drain.
                repair.inHand(now) ? Optional.empty() : obstacle(host, repair)),
            policy,
            now);
    step.next()
        .ifPresentOrElse(next -> repairs.put(host.id(), next), () -> repairs.remove(host.id()));
    step.action().ifPresent(this::act);
    step.end()
        .ifPresent(
            end -> {
              switch (end) {
                case HEALTHY -> repair.domains().forEach(this::widen);
                case FAILED -> repair.domains().forEach(widths::remove); // each is 1 again
                case GIVEN_UP -> {}
              }
            });
  }

  private int width(FailureDomain domain) {
    return Math.max(1, widths.getOrDefault(domain, 1));
  }

  private void widen(FailureDomain domain) {
    if (domain.kind() != FailureDomain.Kind.HOST) {
      widths.put(domain, Math.min(policy.atOnce(), width(domain) * 2));
    }
  }

  /** Whether so many others have a fault that it is hardly this host's. */
  private boolean isCommon(HostCondition host) {
    long faulty =
        hosts.values().stream()
            .filter(other -> !other.id().equals(host.id()) && other.answers())
            .filter(other -> other.fault(Instant.MIN).isPresent())
            .count();
    return faulty >= COMMON && faulty * COMMON_PART >= hosts.size();
  }

  private void beginOrHold(RepairQueue.Need need) {
    HostCondition host = need.host();
    HostRepair repair = repair(host, need.fault(), Phase.DRAINING);
    Optional<String> obstacle = obstacle(host, repair);
    if (obstacle.isPresent()) {
      hold(host.id(), need.fault().reason() + ", but " + obstacle.get());
      return;
    }
    repairs.put(host.id(), repair);
    act(new HygieneAction.Drain(host.id(), need.fault().reason()));
  }

  private HostRepair repair(HostCondition host, HostFault fault, Phase phase) {
    HostRepair before = repairs.get(host.id());
    return new HostRepair(
        host.id(),
        phase,
        fault,
        FailureDomain.of(host.id(), host.pool(), host.build(), fault),
        host.bootTime().toOptional(),
        0,
        failures(before),
        now,
        now.plus(policy.drainLimit()));
  }

  /** One after which the host has a fault again did not help for long. */
  private static int failures(@Nullable HostRepair before) {
    if (before == null) {
      return 0;
    }
    return before.failures() + (before.phase() == Phase.REPAIRED ? 1 : 0);
  }

  /** Why this repair may not begin now. */
  private Optional<String> obstacle(HostCondition host, HostRepair repair) {
    if (host.setAside().isPresent()) {
      return host.setAside();
    }
    if (!host.answers()) {
      return Optional.of("it can't be seen");
    }
    if (!host.bootTime().isKnown()) {
      return Optional.of("its boot time is not known, so a reboot could not be proved");
    }
    List<HostRepair> inHand =
        repairs.values().stream()
            .filter(other -> hosts.containsKey(other.host()) && !other.host().equals(host.id()))
            .filter(other -> other.inHand(now))
            .toList();
    if (inHand.size() >= policy.atOnce()) {
      return Optional.of(inHand.size() + " hosts are under repair, as many as may be");
    }
    for (FailureDomain domain : repair.domains().stream().sorted().toList()) {
      long busy = inHand.stream().filter(other -> other.domains().contains(domain)).count();
      if (busy >= width(domain)) {
        return Optional.of(busy + " of " + domain + " under repair, as many as may be yet");
      }
    }
    int out = hosts.values().stream().filter(this::isOut).mapToInt(HostCondition::slots).sum();
    int mayBeOut = policy.mayBeOut(slots);
    if (isOut(host) || out + host.slots() <= mayBeOut) {
      return Optional.empty();
    }
    return Optional.of(
        out > 0
            ? out + " of " + slots + " slots are out of service already"
            : "%d of %d slots may be out of service at a time, and it has %d"
                .formatted(mayBeOut, slots, host.slots()));
  }

  private boolean isOut(HostCondition host) {
    HostRepair repair = repairs.get(host.id());
    return !host.answers()
        || host.setAside().isPresent()
        || (repair != null && repair.phase().isOut());
  }

  private void act(HygieneAction action) {
    actions.put(action.host(), action);
  }

  private void hold(String host, String reason) {
    actions.putIfAbsent(host, new HygieneAction.Hold(host, reason));
  }
}
