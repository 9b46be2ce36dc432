package io.macpool.core.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is on record with what exists and decides what is left to do: carry out a
 * destruction, destroy what nobody wants, forget what is gone, adopt what was found. A pure
 * function of its input; the order of instances and machines does not matter.
 *
 * <p>Silence is no fact. A verdict that rests on something missing is carried out only when two
 * confirmations of the inventory say so, both asked for after the record's last change, and it held
 * for a while; a machine that vSphere can't reach is judged by nothing; and the time in which we
 * could hear nobody ourselves counts for nobody's silence.
 *
 * <p>Every clone is on record before it exists, so a machine without a record is no leftover of
 * ours: it was made by somebody else, or the record was lost. It is recorded, and ends by its age.
 */
public final class ReclaimPlanner {

  /** What is left to do about one name. */
  public enum Kind {
    /** Destroy the machine, and close the record if there is one. */
    DESTROY,
    /** Close the record: there is no machine. */
    FORGET,
    /** Open a record for the machine. */
    ADOPT,
    /** Open the closed record again, with its owner. */
    REOPEN
  }

  /** Why; also a metric's tag. */
  public enum Reason {
    /** It was decided before, and not carried out yet. */
    DECIDED,
    /** The broker that was making it is gone. */
    ABANDONED,
    /** It was made, but its owner never learned of it. */
    UNCLAIMED,
    /** It is there, though its record says that it was destroyed. */
    ORPHAN,
    /** It has been up for longer than any job may take. */
    OVERDUE,
    /** It was switched on and did not boot. */
    NOT_BOOTED,
    /** It is off, so nobody can be using it. */
    SWITCHED_OFF,
    /** On record, but there is no machine, or its host's reboot has ended it. */
    VANISHED,
    /** No record knows it. */
    FOUND,
    /** It had gone from sight, and is back. */
    RETURNED
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
   * @param bootCutoff the longest that one may be seen on without having booted
   * @param cloneLimit by then a clone that was asked for exists, or never will
   * @param confirmLimit by then an owner has learned of its instance, or never will
   * @param grace what must hold for so long before it is believed
   * @param absence a machine that was seen must be missing for so long before its record is closed
   * @param budget destructions at most that nobody decided before
   */
  public record Policy(
      Duration cutoff,
      Duration bootCutoff,
      Duration cloneLimit,
      Duration confirmLimit,
      Duration grace,
      Duration absence,
      int budget) {
    public Policy {
      Objects.requireNonNull(cutoff, "cutoff");
      Objects.requireNonNull(bootCutoff, "bootCutoff");
      Objects.requireNonNull(cloneLimit, "cloneLimit");
      Objects.requireNonNull(confirmLimit, "confirmLimit");
      Objects.requireNonNull(grace, "grace");
      Objects.requireNonNull(absence, "absence");
      if (budget < 0) {
        throw new IllegalArgumentException("negative budget: " + budget);
      }
    }
  }

  /**
   * What the look rests on.
   *
   * @param confirmation the inventory's, by number: two looks at one confirmation are one look
   * @param settled ids on record whose last change was known before that confirmation was asked for
   * @param hosts those that can be seen and are connected, by id
   * @param brokers those that live
   * @param listeningSince since when owners and brokers could be heard without a gap
   * @param closed closed records of machines that are there, by id
   * @param untouchable ids of machines that may be another broker's
   */
  public record Evidence(
      long confirmation,
      Set<String> settled,
      Set<String> hosts,
      Set<String> brokers,
      Instant listeningSince,
      Map<String, Instance> closed,
      Set<String> untouchable) {
    public Evidence {
      settled = Set.copyOf(settled);
      hosts = Set.copyOf(hosts);
      brokers = Set.copyOf(brokers);
      Objects.requireNonNull(listeningSince, "listeningSince");
      closed = Map.copyOf(closed);
      untouchable = Set.copyOf(untouchable);
    }
  }

  /**
   * What is believed if the next confirmations say the same.
   *
   * @param since when it was first suspected
   * @param confirmation the one that it was first suspected at
   */
  public record Suspicion(Instant since, long confirmation) {
    public Suspicion {
      Objects.requireNonNull(since, "since");
    }
  }

  /**
   * The actions, destructions that were decided before first, and what to remember until the next
   * look.
   *
   * @param postponed destructions that the budget did not allow
   * @param undecided whether a later confirmation may tell more: something is suspected, or could
   *     not even be suspected, as the inventory was asked for before the record's last change
   */
  public record Plan(
      List<Action> actions, Map<String, Suspicion> suspects, int postponed, boolean undecided) {
    public Plan {
      actions = List.copyOf(actions);
      suspects = Map.copyOf(suspects);
    }
  }

  /** The reason of a record that was closed because its machine could not be seen any more. */
  public static final String VANISHED = "vanished";

  private final Policy policy;
  private final Evidence evidence;
  private final Map<String, Suspicion> before;
  private final Instant now;
  private final Map<String, Suspicion> suspects = new HashMap<>();
  private boolean unsettled;

  private ReclaimPlanner(
      Policy policy, Evidence evidence, Map<String, Suspicion> before, Instant now) {
    this.policy = policy;
    this.evidence = evidence;
    this.before = before;
    this.now = now;
  }

  /**
   * Plans.
   *
   * @param instances live ones on record
   * @param machines ours, and those of the folder of clones that nobody else has marked
   * @param inHand names that somebody is working on: they are left alone
   * @param suspects what the plan before this one remembered
   * @param now by the ledger's clock, as all times on record
   */
  public static Plan plan(
      Collection<Instance> instances,
      Collection<Machine> machines,
      Set<String> inHand,
      Evidence evidence,
      Map<String, Suspicion> suspects,
      Policy policy,
      Instant now) {
    return new ReclaimPlanner(policy, evidence, suspects, now).plan(instances, machines, inHand);
  }

  private Plan plan(
      Collection<Instance> instances, Collection<Machine> machines, Set<String> inHand) {
    Map<String, Machine> seen = new HashMap<>(2 * machines.size());
    machines.forEach(machine -> seen.put(machine.name(), machine));
    Map<String, Instance> records = new HashMap<>(2 * instances.size());
    instances.forEach(instance -> records.put(instance.id(), instance));
    // Only what is to be done is sorted: of thousands of names that is a handful.
    List<Action> actions = new ArrayList<>();
    for (Instance instance : records.values()) {
      if (!inHand.contains(instance.id())) {
        recorded(instance, seen.get(instance.id())).ifPresent(actions::add);
      }
    }
    for (Machine machine : seen.values()) {
      if (!records.containsKey(machine.name()) && !inHand.contains(machine.name())) {
        unrecorded(machine.name(), machine).ifPresent(actions::add);
      }
    }
    actions.sort(Comparator.comparing(Action::name));
    return budgeted(actions);
  }

  private Plan budgeted(List<Action> actions) {
    List<Action> decided = new ArrayList<>();
    List<Action> found = new ArrayList<>();
    int postponed = 0;
    int budget = policy.budget();
    for (Action action : actions) {
      if (action.reason() == Reason.DECIDED) {
        decided.add(action);
      } else if (action.kind() != Kind.DESTROY || budget-- > 0) {
        found.add(action);
      } else {
        postponed++;
      }
    }
    decided.addAll(found);
    return new Plan(decided, suspects, postponed, unsettled || !suspects.isEmpty());
  }

  /**
   * @param machine null if there is none
   */
  private Optional<Action> recorded(Instance instance, @Nullable Machine machine) {
    if (instance.phase() == InstancePhase.RECLAIMING) {
      return machine != null
          ? act(instance.id(), Kind.DESTROY, Reason.DECIDED)
          : missing(instance, Reason.DECIDED);
    }
    if (instance.phase().isBeingMade()) {
      if (evidence.brokers().contains(instance.broker())) {
        return Optional.empty();
      }
      return machine != null
          ? act(instance.id(), Kind.DESTROY, Reason.ABANDONED)
          : missing(instance, Reason.ABANDONED);
    }
    if (machine == null) {
      return missing(instance, Reason.VANISHED);
    }
    boolean judged = machine.sign().reachable() && !evidence.untouchable().contains(instance.id());
    return judged ? wanted(instance, machine) : Optional.empty();
  }

  private Optional<Action> unrecorded(String name, Machine machine) {
    Instance closed = evidence.closed().get(name);
    if (closed == null) {
      return act(name, Kind.ADOPT, Reason.FOUND);
    }
    if (Identities.contradict(closed.uuid(), machine.sign().uuid())) {
      return Optional.empty(); // a copy that somebody made of it, with its mark
    }
    if (closed.reason().equals(VANISHED) && !machine.cutByReboot()) {
      return act(name, Kind.REOPEN, Reason.RETURNED);
    }
    return machine.sign().reachable() && !evidence.untouchable().contains(name)
        ? confirmed(name, closed.changedAt(), Kind.DESTROY, Reason.ORPHAN, policy.grace())
        : Optional.empty();
  }

  /**
   * Nothing is there: if a clone may still be on its way, the record stays open for it. What was
   * there once may only be out of sight, and run: its slot is held for longer.
   */
  private Optional<Action> missing(Instance instance, Reason reason) {
    boolean wasThere = reason == Reason.VANISHED || instance.ref().isPresent();
    Duration grace = wasThere ? policy.absence() : policy.grace();
    boolean mayAppear =
        instance.ref().isEmpty() && instance.createdAt().plus(policy.cloneLimit()).isAfter(now);
    return mayAppear || (reason == Reason.VANISHED && isHidden(instance)) || !isSettled(instance)
        ? Optional.empty()
        : confirmed(instance.id(), instance.changedAt(), Kind.FORGET, reason, grace);
  }

  /** Whether its host is missing too: that says nothing of the machine until its time is over. */
  private boolean isHidden(Instance instance) {
    return instance.host().filter(host -> !evidence.hosts().contains(host)).isPresent()
        && instance
            .expiresAt(Optional.empty(), policy.cutoff())
            .filter(end -> end.isAfter(now))
            .isPresent();
  }

  private Optional<Action> wanted(Instance instance, Machine machine) {
    if (machine.cutByReboot()) {
      // No silence, but two times of one clock: a second look could tell nothing else.
      return isSettled(instance)
          ? act(instance.id(), Kind.DESTROY, Reason.VANISHED)
          : Optional.empty();
    }
    if (isUnclaimed(instance)) {
      return confirmed(instance, Reason.UNCLAIMED);
    }
    if (machine.power() == PowerState.OFF) {
      // What we did not make may be off because somebody is still making it.
      boolean mayBeBeingMade =
          instance.origin().isEmpty() && !isOver(instance.changedAt(), policy.bootCutoff());
      return mayBeBeingMade ? Optional.empty() : confirmed(instance, Reason.SWITCHED_OFF);
    }
    Optional<Instant> end = instance.expiresAt(Optional.of(machine), policy.cutoff());
    if (instance.isWarm() || machine.power() == PowerState.UNKNOWN) {
      return Optional.empty(); // the warm pool looks after its own
    }
    if (end.filter(time -> !time.isAfter(now)).isPresent()) {
      return act(instance.id(), Kind.DESTROY, Reason.OVERDUE);
    }
    if (machine.power() != PowerState.ON) {
      return Optional.empty(); // suspended: it may be resumed until its time is over
    }
    // A host that was added again tells neither for a while, of what runs there, too.
    boolean booted = machine.bootedAt().isPresent() || !machine.endpoints().isEmpty();
    return booted || instance.health() == Health.PROVEN
        ? Optional.empty()
        : confirmed(instance, Reason.NOT_BOOTED, policy.bootCutoff());
  }

  /**
   * Whether its owner has had its time to learn of it. A broker that is not heard may be cut off
   * from the ledger only, and know more: it is given twice the time.
   */
  private boolean isUnclaimed(Instance instance) {
    if (instance.confirmed() || instance.isWarm()) {
      return false;
    }
    Instant heard =
        instance.changedAt().isAfter(evidence.listeningSince())
            ? instance.changedAt()
            : evidence.listeningSince();
    return isOver(
        heard,
        evidence.brokers().contains(instance.broker())
            ? policy.confirmLimit()
            : policy.confirmLimit().multipliedBy(2));
  }

  private boolean isOver(Instant since, Duration limit) {
    return !since.plus(limit).isAfter(now);
  }

  private static Optional<Action> act(String name, Kind kind, Reason reason) {
    return Optional.of(new Action(name, kind, reason));
  }

  private Optional<Action> confirmed(Instance instance, Reason reason) {
    return confirmed(instance, reason, policy.grace());
  }

  private Optional<Action> confirmed(Instance instance, Reason reason, Duration grace) {
    return isSettled(instance)
        ? confirmed(instance.id(), instance.changedAt(), Kind.DESTROY, reason, grace)
        : Optional.empty();
  }

  /** Whether the inventory was asked for after the record's last change was known. */
  private boolean isSettled(Instance instance) {
    boolean settled = evidence.settled().contains(instance.id());
    unsettled |= !settled;
    return settled;
  }

  /** Acts if an earlier confirmation said the same of the same state of the record. */
  private Optional<Action> confirmed(
      String name, Instant changedAt, Kind kind, Reason reason, Duration grace) {
    String suspicion = reason + " " + name + " " + changedAt;
    Suspicion first = before.getOrDefault(suspicion, new Suspicion(now, evidence.confirmation()));
    suspects.put(suspicion, first);
    return evidence.confirmation() > first.confirmation() && isOver(first.since(), grace)
        ? act(name, kind, reason)
        : Optional.empty();
  }
}
