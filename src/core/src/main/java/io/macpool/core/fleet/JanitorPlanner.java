package io.macpool.core.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Decides which machines of a folder nobody can want any more, by their age alone: the rules of the
 * old janitor. A pure function of its input; the order of machines does not matter.
 *
 * <p>An age that vSphere does not tell is unknown, not great: such a machine stays. So does
 * whatever is an image, waits warm, or is being made, as far as the ledger is known.
 */
public final class JanitorPlanner {

  /** Why a machine goes, or stays; those that go come first. */
  public enum Reason {
    /** Its destruction is on record and was not carried out yet. */
    DECIDED(true),
    /** It has been up for longer than any job may take. */
    OVERDUE(true),
    /** It has been on for a while and never booted. */
    NOT_BOOTED(true),
    /** It has been off for a while. */
    SWITCHED_OFF(true),
    /** Others are cloned from it. */
    IMAGE(false),
    /** It waits for an owner: the warm pool looks after it. */
    WARM(false),
    /** A broker is making it. */
    BEING_MADE(false),
    /** It is within its time. */
    YOUNG(false),
    /** Nothing tells for how long it has been as it is. */
    AGE_UNKNOWN(false),
    /** Neither on nor off: a person has done something with it. */
    SUSPENDED(false);

    private final boolean goes;

    Reason(boolean goes) {
      this.goes = goes;
    }

    public boolean goes() {
      return goes;
    }
  }

  /**
   * The rules.
   *
   * @param cutoff the longest that a machine may be up
   * @param zeroUptimeCutoff the longest that one may be on without having booted, or be off
   * @param budget how many go at most; the longest-lived first
   */
  public record Policy(Duration cutoff, Duration zeroUptimeCutoff, int budget) {
    public Policy {
      Objects.requireNonNull(cutoff, "cutoff");
      Objects.requireNonNull(zeroUptimeCutoff, "zeroUptimeCutoff");
      if (budget < 0) {
        throw new IllegalArgumentException("negative budget: " + budget);
      }
    }
  }

  /**
   * What becomes of one machine.
   *
   * @param since when it came into the state that is judged, if that is known
   * @param postponed it would go, but the budget is spent
   */
  public record Verdict(
      FoundMachine machine, Reason reason, Optional<Instant> since, boolean postponed) {
    public Verdict {
      Objects.requireNonNull(machine, "machine");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(since, "since");
    }

    /** Whether it is to be destroyed now. */
    public boolean goes() {
      return reason.goes() && !postponed;
    }
  }

  private JanitorPlanner() {}

  /**
   * Judges every machine.
   *
   * @param records what the ledger has of them, by name; empty without a ledger
   * @return those that go first, each group by age and name
   */
  public static List<Verdict> plan(
      Collection<FoundMachine> machines,
      Map<String, Instance> records,
      Policy policy,
      Instant now) {
    List<Verdict> verdicts = new ArrayList<>();
    for (FoundMachine machine : machines) {
      verdicts.add(judge(machine, Optional.ofNullable(records.get(machine.name())), policy, now));
    }
    verdicts.sort(
        Comparator.comparing((Verdict verdict) -> !verdict.reason().goes())
            .thenComparing(verdict -> verdict.since().orElse(Instant.MAX))
            .thenComparing(verdict -> verdict.machine().name())
            .thenComparing(verdict -> verdict.machine().ref()));
    List<Verdict> plan = new ArrayList<>();
    int left = policy.budget();
    for (Verdict verdict : verdicts) {
      boolean postponed = verdict.reason().goes() && left-- <= 0;
      plan.add(new Verdict(verdict.machine(), verdict.reason(), verdict.since(), postponed));
    }
    return plan;
  }

  private static Verdict judge(
      FoundMachine machine, Optional<Instance> instance, Policy policy, Instant now) {
    if (machine.image()) {
      return verdict(machine, Reason.IMAGE, Optional.empty());
    }
    Optional<Instant> changed = instance.map(Instance::changedAt);
    if (instance.isPresent()) {
      InstancePhase phase = instance.get().phase();
      if (phase == InstancePhase.RECLAIMING) {
        return verdict(machine, Reason.DECIDED, changed);
      }
      if (phase.isBeingMade()) {
        return verdict(machine, Reason.BEING_MADE, changed);
      }
      if (instance.get().isWarm()) {
        return verdict(machine, Reason.WARM, changed);
      }
    }
    // An instance's time begins when its owner gets it, which may be long after it booted warm.
    Optional<Instant> up = later(machine.bootedAt(), instance.map(Instance::createdAt));
    return switch (machine.power()) {
      case UNKNOWN -> verdict(machine, Reason.AGE_UNKNOWN, Optional.empty());
      case SUSPENDED -> verdict(machine, Reason.SUSPENDED, Optional.empty());
      case OFF ->
          old(
              machine,
              later(machine.createdAt(), changed),
              policy.zeroUptimeCutoff(),
              Reason.SWITCHED_OFF,
              now);
      case ON ->
          machine.bootedAt().isPresent() || machine.reporting()
              ? old(machine, up.or(machine::createdAt), policy.cutoff(), Reason.OVERDUE, now)
              : old(
                  machine,
                  later(machine.createdAt(), changed),
                  policy.zeroUptimeCutoff(),
                  Reason.NOT_BOOTED,
                  now);
    };
  }

  private static Verdict old(
      FoundMachine machine, Optional<Instant> since, Duration cutoff, Reason ifOlder, Instant now) {
    if (since.isEmpty()) {
      return verdict(machine, Reason.AGE_UNKNOWN, since);
    }
    return verdict(machine, since.get().plus(cutoff).isAfter(now) ? Reason.YOUNG : ifOlder, since);
  }

  private static Verdict verdict(FoundMachine machine, Reason reason, Optional<Instant> since) {
    return new Verdict(machine, reason, since, false);
  }

  private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
    return one.isPresent() && other.isPresent()
        ? Optional.of(one.get().isAfter(other.get()) ? one.get() : other.get())
        : one.or(() -> other);
  }
}
