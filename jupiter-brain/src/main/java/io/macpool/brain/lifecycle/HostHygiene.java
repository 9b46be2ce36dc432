package io.macpool.brain.lifecycle;

import io.macpool.brain.ledger.HygieneRecord;
import io.macpool.brain.ledger.Ledger;
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
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
   */
  public record Options(HygienePolicy policy, Optional<RebootHook> hook, boolean dryRun) {
    public Options {
      Objects.requireNonNull(policy, "policy");
      Objects.requireNonNull(hook, "hook");
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

  private final Options options;
  private final HostConditions conditions;
  private final HostTrials trials;
  private final SshProbe probe;
  private final HygieneMeters meters;
  private final ExecutorService hooks;
  private volatile State state = State.NONE;
  private volatile Map<String, Status> statuses = Map.of();
  private volatile Map<String, String> names = Map.of();
  private volatile double longestUptime;
  private Map<String, HygieneAction> said = Map.of();

  public HostHygiene(
      Options options,
      int slotsPerHost,
      int sshPort,
      Vertx vertx,
      LedgerExecutor executor,
      LiveInstances live,
      Creations creations,
      Reclaimer reclaimer,
      Quarantine quarantine,
      Clock clock,
      MeterRegistry meters) {
    this.options = options;
    this.probe = new SshProbe(vertx, sshPort);
    this.trials = new HostTrials(executor, live, creations, reclaimer, probe::answers, clock);
    this.conditions = new HostConditions(quarantine, trials, options.policy(), slotsPerHost);
    AtomicInteger number = new AtomicInteger();
    this.hooks =
        new ThreadPoolExecutor(
            0,
            options.policy().atOnce(),
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "reboot-hook-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.meters = new HygieneMeters(meters, options.policy(), () -> state, () -> longestUptime);
  }

  /** One look, and what follows from it if this replica leads; waits for the ledger. */
  void look(
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
            (host, repair) ->
                all.put(
                    host,
                    new Status(
                        Optional.of(HygieneMeters.word(repair.phase())),
                        all.containsKey(host) ? all.get(host).reason() : repair.fault().reason())));
    statuses = Map.copyOf(all);
  }

  private void carryOut(HygieneAction action, Inventory inventory) {
    if (action instanceof HygieneAction.Hold) {
      return;
    }
    meters.carriedOut(action);
    if (action instanceof HygieneAction.AskReboot ask) {
      try {
        hooks.execute(() -> ask(ask));
      } catch (RejectedExecutionException e) {
        hooked(ask, "no thread is free for the hook");
      }
    } else if (action instanceof HygieneAction.Probe) {
      HostRepair repair = state.repairs().get(action.host());
      trials.begin(action.host(), repair.fault().image(), inventory);
    }
  }

  private void ask(HygieneAction.AskReboot ask) {
    try {
      options
          .hook()
          .orElseThrow()
          .ask(new RebootHook.Order(name(ask.host()), ask.host(), ask.reason(), ask.attempt()));
      meters.hookCalled(true);
    } catch (IOException e) {
      hooked(ask, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      hooked(ask, "the broker stops");
    } catch (RuntimeException e) {
      hooked(ask, String.valueOf(e));
    }
  }

  private void hooked(HygieneAction.AskReboot ask, String why) {
    meters.hookCalled(false);
    log.warn(
        "host {}: the reboot hook did not take attempt {} of {}: {}",
        name(ask.host()),
        ask.attempt(),
        options.policy().mostAsks(),
        why);
  }

  /** How far the host's repair is, or what keeps it from being begun; empty if it needs none. */
  public Optional<Status> status(String host) {
    return Optional.ofNullable(statuses.get(host));
  }

  /** Which hosts need a person. */
  public Optional<String> warning() {
    List<String> failed =
        state.repairs().values().stream()
            .filter(repair -> repair.phase() == HostRepair.Phase.FAILED)
            .map(repair -> name(repair.host()) + " (" + repair.fault().reason() + ")")
            .sorted()
            .toList();
    return failed.isEmpty()
        ? Optional.empty()
        : Optional.of("hosts whose repair failed: " + String.join(", ", failed));
  }

  @Override
  public void close() {
    hooks.shutdownNow();
    probe.close();
  }
}
