package io.macpool.operator.hardware;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.macpool.core.Observed;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.HardwarePoolSpec;
import io.macpool.operator.cluster.ClusterEvents;
import io.macpool.service.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger's number of slots, and shows in the HardwarePool's status how they are shared.
 */
@ControllerConfiguration(finalizerName = "travisci.com/slots")
public final class HardwarePoolReconciler
    implements Reconciler<HardwarePool>, Cleaner<HardwarePool> {

  private static final Logger log = LoggerFactory.getLogger(HardwarePoolReconciler.class);

  /** A capacity that can't be read is believed this long. */
  private static final Duration TOLERATED = Duration.ofSeconds(30);

  private final KubernetesClient client;
  private final SlotLedger ledger;
  private final CapacitySource capacity;
  private final ClusterEvents events;
  private final Clock clock;
  private final Duration interval;
  private final Map<PoolKey, PoolMemory> memories = new ConcurrentHashMap<>();

  public HardwarePoolReconciler(
      KubernetesClient client,
      SlotLedger ledger,
      CapacitySource capacity,
      ClusterEvents events,
      Clock clock,
      Duration interval) {
    this.client = client;
    this.ledger = ledger;
    this.capacity = capacity;
    this.events = events;
    this.clock = clock;
    this.interval = interval;
  }

  @Override
  public UpdateControl<HardwarePool> reconcile(HardwarePool pool, Context<HardwarePool> context) {
    PoolKey key = key(pool);
    PoolMemory memory = memories.computeIfAbsent(key, k -> new PoolMemory(clock.instant()));
    memory.slots = slots(pool, memory.slots);
    ledger.slots(key, memory.slots);
    SlotLedger.Picture picture = ledger.picture(key);
    memory.utilisation = memory.utilisation.observing(picture, clock.instant());
    PoolStatus.write(client, events, pool, picture, memory, clock.instant());
    return UpdateControl.<HardwarePool>noUpdate().rescheduleAfter(interval);
  }

  @Override
  public DeleteControl cleanup(HardwarePool pool, Context<HardwarePool> context) {
    ledger.missing(key(pool));
    memories.remove(key(pool));
    return DeleteControl.defaultDelete();
  }

  private Observed<Integer> slots(HardwarePool pool, Observed<Integer> before) {
    HardwarePoolSpec spec = pool.getSpec();
    if (spec == null || (spec.slots == null) == (spec.brokerUrl == null)) {
      return Observed.unknown("set exactly one of spec.slots and spec.brokerUrl", clock.instant());
    }
    int reserve = spec.reserve == null ? 0 : Math.max(0, spec.reserve);
    if (spec.slots != null) {
      return Observed.known(Math.max(0, spec.slots - reserve), clock.instant());
    }
    try {
      int total = capacity.slots(spec.brokerUrl, token(pool));
      return Observed.known(Math.max(0, total - reserve), clock.instant());
    } catch (IOException | IllegalArgumentException e) {
      log.warn("the slots of {} can't be read: {}", key(pool).name(), e.getMessage());
      return before.afterFailure(
          "the broker's capacity can't be read: " + e.getMessage(), TOLERATED, clock.instant());
    }
  }

  private Optional<Secret> token(HardwarePool pool) throws IOException {
    if (pool.getSpec().brokerTokenSecret == null) {
      return Optional.empty();
    }
    String name = pool.getSpec().brokerTokenSecret.name;
    String field = pool.getSpec().brokerTokenSecret.key;
    return Optional.of(
        Optional.ofNullable(
                client
                    .secrets()
                    .inNamespace(pool.getMetadata().getNamespace())
                    .withName(name)
                    .get())
            .map(io.fabric8.kubernetes.api.model.Secret::getData)
            .map(data -> data.get(field))
            .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
            .map(text -> new Secret(text.strip()))
            .orElseThrow(
                () ->
                    new IOException(
                        "spec.brokerTokenSecret: there is no key " + field + " in " + name)));
  }

  private static PoolKey key(HardwarePool pool) {
    return new PoolKey(pool.getMetadata().getNamespace(), pool.getMetadata().getName());
  }
}
