package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.create.Cancellation;
import io.macpool.brain.lifecycle.create.CreateRequest;
import io.macpool.brain.lifecycle.create.Creations;
import io.macpool.brain.lifecycle.create.Provisioning;
import io.macpool.brain.lifecycle.create.WarmInstances;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.placement.HostLoad;
import io.macpool.core.fleet.placement.WarmPoolPlanner;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps instances booted in advance. Whether one is warm, and whether its SSH server has answered
 * so that it may be handed over, stands in the ledger. So warm ones survive a restart, and every
 * replica may hand one over, once. The leader alone makes and retires them, and has hosts keep
 * guests suspended with what room is left.
 */
public final class WarmPool implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WarmPool.class);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration PROBE_AGAIN = Duration.ofSeconds(15);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final int FAILED_PROBES = 2;

  /**
   * What is kept warm.
   *
   * @param bootLimit one that is not up by then is destroyed
   */
  public record Options(List<WarmPoolPlanner.Policy> policies, Duration bootLimit) {
    public Options {
      policies = List.copyOf(policies);
      Objects.requireNonNull(bootLimit, "bootLimit");
    }
  }

  private static final class Pulse {
    private volatile Instant probedAt = Instant.MIN;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean probing;
  }

  private final List<WarmPoolPlanner.Policy> policies;
  private final Duration bootLimit;
  private final LedgerExecutor executor;
  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Creations creations;
  private final WarmInstances warmInstances;
  private final Reclaimer reclaimer;
  private final Cordons cordons;
  private final Function<List<Endpoint>, CompletableFuture<Boolean>> probe;
  private final Clock clock;
  private final MeterRegistry meters;
  private final ScheduledExecutorService thread;
  private final SuspendedGuests suspended;
  private final Map<String, Pulse> pulses = new ConcurrentHashMap<>();
  private final Map<String, Integer> begun = new ConcurrentHashMap<>();
  private final AtomicBoolean asking = new AtomicBoolean();

  /**
   * @param probe tells whether a guest answers at one of its endpoints
   */
  public WarmPool(
      Options options,
      FleetState fleet,
      BrokerProcess process,
      Provisioning provisioning,
      Cordons cordons,
      Function<List<Endpoint>, CompletableFuture<Boolean>> probe) {
    this.policies = options.policies();
    this.bootLimit = options.bootLimit();
    this.executor = fleet.executor();
    this.live = fleet.live();
    this.hypervisor = fleet.hypervisor();
    this.creations = provisioning.creations();
    this.warmInstances = creations.warmInstances();
    this.reclaimer = provisioning.reclaimer();
    this.cordons = cordons;
    this.probe = probe;
    this.clock = process.clock();
    this.meters = process.meters();
    this.suspended = new SuspendedGuests(live, provisioning, bootLimit, clock);
    this.thread = process.runtime().serial("warm-pool");
    Gauge.builder("instance.warm", live, l -> l.all().stream().filter(Instance::isWarm).count())
        .register(meters);
  }

  /**
   * Begins to look after the pool, if any image has a policy or any instance is left from before.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  public void start() {
    warmInstances.onTaken(this::handedOver);
    thread.scheduleWithFixedDelay(
        this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A replacement is due at once, not at the next tick. */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  private void handedOver() {
    if (!thread.isShutdown()) {
      thread.execute(this::tick);
    }
  }

  /** While the last question is not answered, as when the database is away, none is added. */
  private void tick() {
    if (!asking.compareAndSet(false, true)) {
      return;
    }
    Background.whenEnded(
        executor.ask(ledger -> ledger.leads()),
        (leads, failure) -> {
          asking.set(false);
          if (failure == null && leads && !thread.isShutdown()) {
            thread.execute(this::look);
          }
        });
  }

  private void look() {
    try {
      Optional<Inventory> inventory = hypervisor.inventory().toOptional();
      if (inventory.isPresent()) {
        probeAll(inventory.get());
        plan(inventory.get());
      }
    } catch (RuntimeException e) {
      log.error("looking after the warm pool failed, the next look is in {}", TICK, e);
    }
  }

  private void plan(Inventory inventory) {
    retireOutdated(inventory);
    List<WarmPoolPlanner.Warm> warm =
        live.all().stream()
            .filter(Instance::isWarm)
            .filter(i -> !suspended.isOurs(i) && !isOutdated(i, inventory))
            .map(
                i ->
                    new WarmPoolPlanner.Warm(
                        i.id(),
                        i.image().orElse(""),
                        i.host().orElse(""),
                        i.isWaiting(),
                        i.changedAt()))
            .toList();
    int free = free(inventory);
    Map<String, Integer> demand = warmInstances.recentDemand();
    if (warm.isEmpty() && policies.isEmpty()) {
      suspended.look(inventory, free - sum(demand));
      return;
    }
    Set<String> draining =
        cordons.all().entrySet().stream()
            .filter(entry -> entry.getValue().kind() == Cordon.Kind.DRAINING)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    WarmPoolPlanner.Plan plan =
        WarmPoolPlanner.plan(policies, warm, demand, draining, free, bootLimit, clock.instant());
    for (WarmPoolPlanner.Retire retire : plan.retirements()) {
      if (!reclaimer.isInHand(retire.id())
          || retire.reason() == WarmPoolPlanner.Retirement.NEVER_BOOTED) {
        retire(retire.id(), retire.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      }
    }
    plan.starts().forEach((image, wanted) -> begin(image, stillToBegin(image, wanted)));
    suspended.look(inventory, free - sum(plan.starts()) - sum(demand));
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** What has the image's name now is another one, or its snapshot is another, or none. */
  private static boolean isOutdated(Instance instance, Inventory inventory) {
    return instance.image().flatMap(inventory::image).filter(instance::isOutdated).isPresent();
  }

  private void retireOutdated(Inventory inventory) {
    for (Instance instance : live.all()) {
      if (instance.isWarm()
          && instance.phase() == InstancePhase.READY
          && isOutdated(instance, inventory)
          && !reclaimer.isInHand(instance.id())) {
        retire(instance.id(), "image-replaced");
      }
    }
  }

  private int free(Inventory inventory) {
    return creations.loads(inventory).stream()
        .filter(load -> load.cordon().isEmpty())
        .filter(load -> load.host().connected() && !load.host().inMaintenance())
        .mapToInt(HostLoad::free)
        .sum();
  }

  /** What is begun and not on record yet counts as supply: it may wait long for a permit. */
  private void begin(String image, int count) {
    int most =
        policies.stream()
            .filter(policy -> policy.image().equals(image))
            .mapToInt(WarmPoolPlanner.Policy::max)
            .sum();
    for (int i = 0; i < count; i++) {
      begun.merge(image, 1, Integer::sum);
      // Its failure is reported as any create's, and the next look plans again.
      Background.whenEnded(
          creations.create(CreateRequest.warm(image, most), new Cancellation()),
          (instance, failure) -> begun.merge(image, -1, Integer::sum));
    }
  }

  /** Those of these that are not begun already and on no record yet. */
  private int stillToBegin(String image, int wanted) {
    long recorded =
        live.all().stream()
            .filter(Instance::isWarm)
            .filter(i -> i.phase().isBeingMade() && i.image().equals(Optional.of(image)))
            .count();
    return (int) (wanted - Math.max(0, begun.getOrDefault(image, 0) - recorded));
  }

  private void retire(String id, String reason) {
    meters.counter("instance.warm.retired", "reason", reason).increment();
    pulses.remove(id);
    Background.run(
        "retire " + id,
        reclaimer
            .reclaim(Transition.of(id, InstanceEvent.RETIRED, "warm: " + reason))
            .carriedOut());
  }

  private void probeAll(Inventory inventory) {
    Instant now = clock.instant();
    for (Instance instance : live.all()) {
      if (!instance.isWarm() || instance.phase() != InstancePhase.READY) {
        continue;
      }
      List<Endpoint> endpoints =
          inventory.machine(instance.id()).map(Machine::endpoints).orElse(List.of());
      Pulse pulse = pulses.computeIfAbsent(instance.id(), id -> new Pulse());
      boolean due =
          instance.health() == Health.UNPROVEN || !pulse.probedAt.plus(PROBE_AGAIN).isAfter(now);
      if (due && !pulse.probing && !endpoints.isEmpty()) {
        pulse.probing = true;
        Background.whenEnded(
            probe.apply(endpoints),
            (answers, failure) -> probed(instance, pulse, failure == null && answers));
      } else if (due && !pulse.probing && instance.health() == Health.PROVEN) {
        probed(instance, pulse, false); // suspended, say: it has no address any more
      }
    }
    pulses.keySet().removeIf(id -> live.find(id).filter(Instance::isWarm).isEmpty());
  }

  private void probed(Instance instance, Pulse pulse, boolean answers) {
    pulse.probedAt = clock.instant();
    pulse.probing = false;
    if (answers) {
      pulse.failures.set(0);
      if (instance.health() == Health.UNPROVEN) {
        Background.run(
            "mark " + instance.id() + " as warm",
            executor
                .advance(Transition.of(instance.id(), InstanceEvent.ANSWERED, "answers"))
                .thenAccept(outcome -> outcome.now().ifPresent(live::put)));
      }
    } else if (instance.health() == Health.PROVEN) {
      if (pulse.failures.incrementAndGet() >= FAILED_PROBES) {
        retire(instance.id(), "unhealthy");
      }
    }
  }

  @Override
  public void close() {
    Background.close(thread, CLOSE_LIMIT);
  }
}
