package io.macpool.core.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares what is on record with what exists and decides what is left to do: carry out a
 * destruction, destroy what nobody wants, forget what is gone, adopt what was found. A pure
 * function of its input; the order of instances and machines does not matter.
 *
 * <p>What one look could mistake needs two: a verdict that rests on something missing, or on
 * something unknown being there, is carried out only when it held for {@link Policy#grace}.
 */
public final class ReclaimPlanner {

  /** What is left to do about one name. */
  public enum Kind {
    /** Destroy the machine, and close the record if there is one. */
    DESTROY,
    /** Close the record: there is no machine. */
    FORGET,
    /** Open a record for the machine. */
    ADOPT
  }

  /** Why; also a metric's tag. */
  public enum Reason {
    /** It was decided before, and not carried out yet. */
    DECIDED,
    /** The broker that was making it is gone. */
    ABANDONED,
    /** It was made, but its owner never learned of it. */
    UNCLAIMED,
    /** No record knows it. */
    ORPHAN,
    /** It has been up for longer than any job may take. */
    OVERDUE,
    /** It was switched on and did not boot. */
    NOT_BOOTED,
    /** It is off, so nobody can be using it. */
    SWITCHED_OFF,
    /** On record, but there is no machine. */
    VANISHED,
    /** Found while the record is too young to know better. */
    FOUND
  }

  /** One thing to do. */
  public record Action(String name, Kind kind, Reason reason) {
    public Action {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * The rules.
   *
   * @param cutoff the longest that an instance may be up
   * @param bootCutoff the longest that one may be on without having booted
   * @param cloneLimit by then a clone that was asked for exists, or never will
   * @param confirmLimit by then an owner has learned of its instance, or never will
   * @param grace what must hold for so long before it is believed
   * @param adoptStrangers whether machines without a record are recorded, not destroyed
   * @param budget destructions at most that nobody decided before
   */
  public record Policy(
      Duration cutoff,
      Duration bootCutoff,
      Duration cloneLimit,
      Duration confirmLimit,
      Duration grace,
      boolean adoptStrangers,
      int budget) {
    public Policy {
      Objects.requireNonNull(cutoff, "cutoff");
      Objects.requireNonNull(bootCutoff, "bootCutoff");
      Objects.requireNonNull(cloneLimit, "cloneLimit");
      Objects.requireNonNull(confirmLimit, "confirmLimit");
      Objects.requireNonNull(grace, "grace");
      if (budget < 0) {
        throw new IllegalArgumentException("negative budget: " + budget);
      }
    }
  }

  /**
   * The actions, destructions that were decided before first, and what to remember until the next
   * look.
   *
   * @param postponed destructions that the budget did not allow
   */
  public record Plan(List<Action> actions, Map<String, Instant> suspects, int postponed) {
    public Plan {
      actions = List.copyOf(actions);
      suspects = Map.copyOf(suspects);
    }
  }

  private final Policy policy;
  private final Set<String> brokers;
  private final Map<String, Instant> before;
  private final Instant now;
  private final Map<String, Instant> suspects = new HashMap<>();

  private ReclaimPlanner(
      Policy policy, Set<String> brokers, Map<String, Instant> before, Instant now) {
    this.policy = policy;
    this.brokers = brokers;
    this.before = before;
    this.now = now;
  }

  /**
   * Plans.
   *
   * @param instances live ones on record
   * @param machines what exists, wholly and recently seen
   * @param inHand names that somebody is working on: they are left alone
   * @param brokers those that live
   * @param suspects what the plan before this one remembered
   */
  public static Plan plan(
      Collection<Instance> instances,
      Collection<Machine> machines,
      Set<String> inHand,
      Set<String> brokers,
      Map<String, Instant> suspects,
      Policy policy,
      Instant now) {
    return new ReclaimPlanner(policy, brokers, suspects, now).plan(instances, machines, inHand);
  }

  private Plan plan(
      Collection<Instance> instances, Collection<Machine> machines, Set<String> inHand) {
    Map<String, Instance> records = new TreeMap<>();
    instances.forEach(instance -> records.put(instance.id(), instance));
    Map<String, Machine> seen = new TreeMap<>();
    machines.forEach(machine -> seen.put(machine.name(), machine));
    Set<String> names = new TreeSet<>(records.keySet());
    names.addAll(seen.keySet());
    names.removeAll(inHand);
    List<Action> decided = new ArrayList<>();
    List<Action> found = new ArrayList<>();
    int postponed = 0;
    int budget = policy.budget();
    for (String name : names) {
      Optional<Action> action =
          judge(name, Optional.ofNullable(records.get(name)), Optional.ofNullable(seen.get(name)));
      if (action.isEmpty()) {
        continue;
      }
      if (action.get().reason() == Reason.DECIDED) {
        decided.add(action.get());
      } else if (action.get().kind() != Kind.DESTROY || budget-- > 0) {
        found.add(action.get());
      } else {
        postponed++;
      }
    }
    decided.addAll(found);
    return new Plan(decided, suspects, postponed);
  }

  private Optional<Action> judge(
      String name, Optional<Instance> record, Optional<Machine> machine) {
    if (record.isEmpty()) {
      return policy.adoptStrangers()
          ? act(name, Kind.ADOPT, Reason.FOUND)
          : confirmed(name, Kind.DESTROY, Reason.ORPHAN);
    }
    Instance instance = record.get();
    if (instance.phase() == InstancePhase.RECLAIMING) {
      return machine.isPresent()
          ? act(name, Kind.DESTROY, Reason.DECIDED)
          : missing(instance, Reason.DECIDED);
    }
    boolean alone = !brokers.contains(instance.broker());
    if (instance.phase().isBeingMade()) {
      if (!alone) {
        return Optional.empty();
      }
      return machine.isPresent()
          ? act(name, Kind.DESTROY, Reason.ABANDONED)
          : missing(instance, Reason.ABANDONED);
    }
    return machine.isPresent()
        ? wanted(instance, machine.get())
        : missing(instance, Reason.VANISHED);
  }

  /** Nothing is there: if a clone may still be on its way, the record stays open for it. */
  private Optional<Action> missing(Instance instance, Reason reason) {
    boolean mayAppear =
        instance.ref().isEmpty() && instance.createdAt().plus(policy.cloneLimit()).isAfter(now);
    return mayAppear ? Optional.empty() : confirmed(instance.id(), Kind.FORGET, reason);
  }

  private Optional<Action> wanted(Instance instance, Machine machine) {
    String name = instance.id();
    if (!instance.confirmed()
        && !instance.isWarm()
        && !instance.changedAt().plus(policy.confirmLimit()).isAfter(now)) {
      return confirmed(name, Kind.DESTROY, Reason.UNCLAIMED);
    }
    if (machine.power() == PowerState.OFF) {
      return confirmed(name, Kind.DESTROY, Reason.SWITCHED_OFF);
    }
    Optional<Instant> end = instance.expiresAt(Optional.of(machine), policy.cutoff());
    if (instance.isWarm() || machine.power() == PowerState.UNKNOWN) {
      return Optional.empty(); // the warm pool looks after its own
    }
    if (end.filter(time -> !time.isAfter(now)).isPresent()) {
      return act(name, Kind.DESTROY, Reason.OVERDUE);
    }
    if (machine.power() != PowerState.ON) {
      return Optional.empty(); // suspended: it may be resumed until its time is over
    }
    boolean booted = machine.bootedAt().isPresent() || !machine.addresses().isEmpty();
    if (!booted && !instance.changedAt().plus(policy.bootCutoff()).isAfter(now)) {
      return act(name, Kind.DESTROY, Reason.NOT_BOOTED);
    }
    return Optional.empty();
  }

  private static Optional<Action> act(String name, Kind kind, Reason reason) {
    return Optional.of(new Action(name, kind, reason));
  }

  /** Acts if the same was seen before, long enough ago; else remembers. */
  private Optional<Action> confirmed(String name, Kind kind, Reason reason) {
    String suspicion = reason + " " + name;
    Instant since = before.getOrDefault(suspicion, now);
    suspects.put(suspicion, since);
    return before.containsKey(suspicion) && !since.plus(policy.grace()).isAfter(now)
        ? act(name, kind, reason)
        : Optional.empty();
  }
}
