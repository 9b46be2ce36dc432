package io.macpool.operator.hardware;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.macpool.core.Observed;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.HardwarePoolSpec;
import io.macpool.operator.api.PoolKey;
import io.macpool.operator.api.SecretKey;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.LeaderApi;
import io.macpool.operator.cluster.report.LeadershipToken;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger's number of slots, and shows in the HardwarePool's status how they are shared.
 */
@ControllerConfiguration(name = "hardwarepool", finalizerName = HardwarePoolReconciler.FINALIZER)
public final class HardwarePoolReconciler
    implements Reconciler<HardwarePool>, Cleaner<HardwarePool> {

  /** Holds a HardwarePool that is deleted until its clusters were told. */
  public static final String FINALIZER = "travisci.com/slots";

  private static final Logger log = LoggerFactory.getLogger(HardwarePoolReconciler.class);

  /** A capacity that can't be read is believed this long. */
  private static final Duration TOLERATED = Duration.ofSeconds(30);

  private static final Duration SOON = Duration.ofMillis(100);

  private final KubernetesClient client;
  private final SlotLedger ledger;
  private final CapacitySource capacity;
  private final ClusterEvents events;
  private final Clock clock;
  private final Duration interval;
  private final LeadershipToken leadership;
  private volatile Optional<IndexerResourceCache<HardwarePool>> pools = Optional.empty();
  private volatile boolean inSync;
  private final Map<PoolKey, PoolMemory> memories = new ConcurrentHashMap<>();

  public HardwarePoolReconciler(
      LeaderApi api, SlotLedger ledger, CapacitySource capacity, Clock clock, Duration interval) {
    this.client = api.client();
    this.events = api.events();
    this.leadership = api.leadership();
    this.ledger = ledger;
    this.capacity = capacity;
    this.clock = clock;
    this.interval = interval;
  }

  @Override
  public List<EventSource<?, HardwarePool>> prepareEventSources(
      EventSourceContext<HardwarePool> context) {
    pools = Optional.of(context.getPrimaryCache());
    return List.of();
  }

  /** Tells that the watches of pools and clusters have seen all there are. */
  public void inSync() {
    inSync = true;
  }

  /** Whether there certainly is no such pool. */
  public boolean isMissing(PoolKey pool) {
    return inSync
        && pools
            .map(known -> known.get(new ResourceID(pool.name(), pool.namespace())).isEmpty())
            .orElse(false);
  }

  /**
   * The ledger reads what clusters hold when a pool is first named to it. Until their watch is in
   * sync that would be nothing, and the first cluster that asks would get what others hold.
   */
  @Override
  public UpdateControl<HardwarePool> reconcile(HardwarePool pool, Context<HardwarePool> context) {
    if (!inSync) {
      return UpdateControl.<HardwarePool>noUpdate().rescheduleAfter(SOON);
    }
    leadership.act(() -> look(pool));
    return UpdateControl.<HardwarePool>noUpdate().rescheduleAfter(interval);
  }

  private SlotLedger.Picture look(HardwarePool pool) {
    PoolKey key = key(pool);
    PoolMemory memory = memories.computeIfAbsent(key, k -> new PoolMemory(clock.instant()));
    memory.slots = slots(pool, memory);
    ledger.slots(key, memory.slots);
    SlotLedger.Picture picture = ledger.picture(key);
    memory.utilisation = memory.utilisation.observing(picture, clock.instant());
    PoolStatus.write(client, events, pool, picture, memory, clock.instant());
    return picture;
  }

  @Override
  public DeleteControl cleanup(HardwarePool pool, Context<HardwarePool> context) {
    if (!inSync) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(SOON.toMillis());
    }
    ledger.missing(key(pool));
    memories.remove(key(pool));
    return DeleteControl.defaultDelete();
  }

  private Observed<Integer> slots(HardwarePool pool, PoolMemory memory) {
    if (pool.unreadable().isPresent()) {
      return Observed.unknown(pool.unreadable().get(), clock.instant());
    }
    HardwarePoolSpec spec = pool.getSpec();
    if (spec == null || (spec.slots == null) == (spec.brokerUrl == null)) {
      return Observed.unknown("set exactly one of spec.slots and spec.brokerUrl", clock.instant());
    }
    if (spec.provider != null && spec.brokerUrl == null) {
      return Observed.unknown("spec.provider needs spec.brokerUrl", clock.instant());
    }
    int reserve = spec.reserve == null ? 0 : Math.max(0, spec.reserve);
    if (spec.slots != null) {
      return Observed.known(Math.max(0, spec.slots - reserve), clock.instant());
    }
    try {
      int total =
          capacity.slots(spec.brokerUrl, Optional.ofNullable(spec.provider), token(pool, memory));
      return Observed.known(Math.max(0, total - reserve), clock.instant());
    } catch (IOException | IllegalArgumentException e) {
      log.warn("the slots of {} can't be read: {}", key(pool).name(), e.getMessage());
      memory.token = Optional.empty();
      return memory.slots.afterFailure(
          "the broker's capacity can't be read: " + e.getMessage(), TOLERATED, clock.instant());
    }
  }

  /**
   * The token is read once: a broker that refuses it makes it be read again, and until then a new
   * one is not needed.
   */
  private Optional<Secret> token(HardwarePool pool, PoolMemory memory) throws IOException {
    SecretKey where = pool.getSpec().brokerTokenSecret;
    if (where == null) {
      return Optional.empty();
    }
    if (memory.token.filter(held -> held.isFrom(where)).isEmpty()) {
      memory.token =
          Optional.of(BrokerToken.read(client, pool.getMetadata().getNamespace(), where));
    }
    return memory.token.map(BrokerToken::value);
  }

  private static PoolKey key(HardwarePool pool) {
    return new PoolKey(pool.getMetadata().getNamespace(), pool.getMetadata().getName());
  }
}
