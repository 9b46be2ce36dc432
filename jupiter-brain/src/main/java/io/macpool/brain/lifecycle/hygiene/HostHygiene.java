package io.macpool.brain.lifecycle.hygiene;

import io.macpool.brain.ledger.HygieneRecord;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.lifecycle.create.Provisioning;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.hygiene.HostCondition;
import io.macpool.core.hygiene.HostHygienePlanner;
import io.macpool.core.hygiene.HostHygienePlanner.Plan;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import io.macpool.core.hygiene.HostRepair;
import io.macpool.core.hygiene.HygieneAction;
import io.macpool.core.hygiene.HygienePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what {@link HostHygienePlanner} plans: puts it on record first, with the cordons, and
 * only then asks for reboots and makes trials. The leader alone acts; every replica knows how far
 * the repairs are.
 */
public final class HostHygiene implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HostHygiene.class);

  /**
   * How it goes about it.
   *
   * @param hook has hosts rebooted; empty: nothing is done
   * @param dryRun only say what would be done
   * @param connectPort where hosts take new connections, if that is to be tried and their provider
   *     does not tell
   * @param slotsPerHost how many guests a host has room for
   */
  public record Options(
      HygienePolicy policy,
      Optional<RebootHook> hook,
      boolean dryRun,
      OptionalInt connectPort,
      int slotsPerHost) {
    public Options {
      Objects.requireNonNull(policy, "policy");
      Objects.requireNonNull(hook, "hook");
      Objects.requireNonNull(connectPort, "connectPort");
    }

    private boolean isOff() {
      return hook.isEmpty() && !dryRun;
    }
  }

  /**
   * How far a host's repair is, or why there is none.
   *
   * @param phase empty while nothing is done
   */
  public record Status(Optional<String> phase, String reason) {}

  /**
   * A repair that goes on.
   *
   * @param host its name
   */
  public record Repair(String host, String phase, String reason) {}

  private final Options options;
  private final HostConditions conditions;
  private final HostTrials trials;
  private final Probes probes;
  private final HygieneMeters meters;
  private final RebootOrders orders;
  private volatile State state = State.NONE;
  private volatile Map<String, Status> statuses = Map.of();
  private volatile Map<String, Repair> repairs = Map.of();
  private volatile Map<String, String> names = Map.of();
  private volatile double longestUptime;
  private Map<String, HygieneAction> said = Map.of();

  public HostHygiene(
      Options options,
      FleetState fleet,
      BrokerProcess process,
      Provisioning provisioning,
      Quarantine quarantine,
      Probes probes) {
    this.options = options;
    this.probes = probes;
    this.trials = new HostTrials(fleet, provisioning, probes.guests()::answers, process.clock());
    this.conditions =
        new HostConditions(
            quarantine,
            trials,
            probes.hosts(),
            options.policy(),
            options.slotsPerHost(),
            options.connectPort());
    this.meters =
        new HygieneMeters(process.meters(), options.policy(), () -> state, () -> longestUptime);
    this.orders =
        new RebootOrders(
            options.hook(),
            fleet.hypervisor(),
            options.policy().atOnce(),
            options.policy().mostAsks(),
            meters);
  }

  /** One look, and what follows from it if this replica leads; waits for the ledger. */
  public void look(
      Ledger ledger,
      boolean leads,
      Collection<Instance> instances,
      Inventory inventory,
      Instant now) {
    note(inventory, now);
    if (options.isOff()) {
      return;
    }
    HygieneRecord record = ledger.hygiene();
    state = record.state();
    if (!leads) {
      conditions.learn(inventory, instances, now);
      tell(Map.of());
      return;
    }
    Map<String, Cordon> cordons = ledger.cordons();
    List<HostCondition> hosts = conditions.of(inventory, instances, cordons, now);
    if (options.dryRun()) {
      Plan plan = HostHygienePlanner.plan(hosts, State.NONE, options.policy(), now);
      say(plan, "would");
      tell(byHost(plan));
      return;
    }
    trials.look(inventory);
    if (isCordonMissing(cordons)) {
      // Somebody lifted it, and the host must stay empty: set it again before anything else.
      ledger.keep(record, new Plan(List.of(), record.state()));
      return;
    }
    Plan plan = HostHygienePlanner.plan(hosts, record.state(), options.policy(), now);
    boolean acts = plan.actions().stream().anyMatch(a -> !(a instanceof HygieneAction.Hold));
    if (!plan.next().equals(record.state()) || acts) {
      if (!ledger.keep(record, plan)) {
        log.info("what the hosts' repairs rest on has changed: they are planned anew");
        return;
      }
      state = plan.next();
    }
    say(plan, "");
    tell(byHost(plan));
    plan.actions().forEach(action -> carryOut(action, inventory));
  }

  private boolean isCordonMissing(Map<String, Cordon> cordons) {
    return state.repairs().values().stream()
        .anyMatch(repair -> repair.phase().isOut() && !cordons.containsKey(repair.host()));
  }

  private void note(Inventory inventory, Instant now) {
    Map<String, String> known = new HashMap<>();
    double longest = 0;
    for (Host host : inventory.hosts().values()) {
      known.put(host.id(), host.name());
      longest =
          Math.max(
              longest,
              host.bootTime()
                  .map(boot -> (double) Duration.between(boot, now).toSeconds())
                  .orElse(0.0));
    }
    names = Map.copyOf(known);
    longestUptime = longest;
  }

  private static Map<String, HygieneAction> byHost(Plan plan) {
    Map<String, HygieneAction> actions = new HashMap<>();
    plan.actions().forEach(action -> actions.put(action.host(), action));
    return actions;
  }

  /**
   * Once for each action: what is held again and again is said again only when its reason changes.
   */
  private void say(Plan plan, String mood) {
    Map<String, HygieneAction> now = byHost(plan);
    now.forEach(
        (host, action) -> {
          if (!action.equals(said.get(host))) {
            log.info(
                "host {}: {}{}: {}",
                name(host),
                mood.isEmpty() ? "" : mood + " ",
                verb(action),
                action.reason());
          }
        });
    said = Map.copyOf(now);
  }

  private String name(String host) {
    return names.getOrDefault(host, host);
  }

  private static String verb(HygieneAction action) {
    if (action instanceof HygieneAction.AskReboot ask) {
      return "ask for a reboot (attempt " + ask.attempt() + ")";
    }
    if (action instanceof HygieneAction.TakeBack) {
      return "take back into service";
    }
    return action.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private void tell(Map<String, HygieneAction> actions) {
    Map<String, Status> all = new HashMap<>();
    actions.forEach((host, action) -> all.put(host, new Status(Optional.empty(), action.reason())));
    state
        .repairs()
        .forEach(
            (host, repair) -> {
              // One that helped is over, though it is remembered.
              if (repair.phase() != HostRepair.Phase.REPAIRED) {
                Status known = all.getOrDefault(host, new Status(Optional.empty(), ""));
                all.put(
                    host,
                    new Status(
                        Optional.of(HygieneMeters.word(repair.phase())),
                        known.reason().isEmpty() ? repair.fault().reason() : known.reason()));
              }
            });
    statuses = Map.copyOf(all);
    Map<String, Repair> going = new HashMap<>();
    all.forEach(
        (host, status) ->
            status
                .phase()
                .ifPresent(
                    phase -> going.put(host, new Repair(name(host), phase, status.reason()))));
    repairs = Map.copyOf(going);
  }

  private void carryOut(HygieneAction action, Inventory inventory) {
    if (action instanceof HygieneAction.Hold) {
      return;
    }
    meters.carriedOut(action);
    if (action instanceof HygieneAction.AskReboot ask) {
      orders.give(new RebootHook.Order(name(ask.host()), ask.host(), ask.reason(), ask.attempt()));
    } else if (action instanceof HygieneAction.Probe) {
      HostRepair repair =
          Objects.requireNonNull(state.repairs().get(action.host()), "a probe is of a repair");
      trials.begin(action.host(), repair.fault().image(), inventory);
    }
  }

  /** How far the host's repair is, or what keeps it from being begun; empty if it needs none. */
  public Optional<Status> status(String host) {
    return Optional.ofNullable(statuses.get(host));
  }

  /** The repairs that go on, by host. */
  public Map<String, Repair> repairs() {
    return repairs;
  }

  /** Which hosts need a person. */
  public Optional<String> warning() {
    List<String> texts = new ArrayList<>();
    words(repair -> repair.phase() == HostRepair.Phase.FAILED)
        .ifPresent(hosts -> texts.add("hosts whose repair failed: " + hosts));
    words(repair -> repair.phase() != HostRepair.Phase.FAILED && repair.isRelapse())
        .ifPresent(hosts -> texts.add("hosts that need a repair again and again: " + hosts));
    return texts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", texts));
  }

  private Optional<String> words(Predicate<HostRepair> which) {
    List<String> hosts =
        state.repairs().values().stream()
            .filter(which)
            .map(repair -> name(repair.host()) + " (" + repair.fault().reason() + ")")
            .sorted()
            .toList();
    return hosts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", hosts));
  }

  @Override
  public void close() {
    orders.close();
    probes.close();
  }
}
