package io.macpool.operator.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.core.pool.SlotClaim;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.HardwarePoolSpec;
import io.macpool.operator.api.HardwarePoolStatus;
import io.macpool.operator.api.PoolKey;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.LeaderApi;
import io.macpool.operator.cluster.report.LeadershipToken;
import io.macpool.sim.kubernetes.ApiCall.Verb;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written of a pool as hours go by, and what is not. */
class HardwarePoolStatusIT {

  private static final Path CRD =
      Path.of("..", "charts", "worker-operator", "crds", "hardwarepools.travisci.com.yaml");
  private static final PoolKey MACS = new PoolKey("ns", "macs");
  private static final Duration INTERVAL = Duration.ofSeconds(20);

  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-11-21T10:15:00Z"));
  private final SlotLedger ledger = new SlotLedger(clock, pool -> List.of(), (pool, name) -> {});
  private final CapacitySource capacity = new CapacitySource(Optional.empty());
  private KubernetesSimulator kubernetes;
  private KubernetesClient client;
  private HardwarePoolReconciler reconciler;

  @BeforeEach
  void start() throws IOException {
    kubernetes =
        KubernetesSimulator.start(
            KubernetesSimulator.Options.defaults(),
            launch -> {
              throw new IllegalStateException("there are no pods here");
            });
    kubernetes.load(Files.readString(CRD));
    client = kubernetes.newClient();
    HardwarePool pool = new HardwarePool();
    pool.setMetadata(new ObjectMetaBuilder().withNamespace("ns").withName("macs").build());
    pool.setSpec(new HardwarePoolSpec());
    pool.getSpec().slots = 4;
    client.resource(pool).create();
    reconciler =
        new HardwarePoolReconciler(
            new LeaderApi(
                client, new ClusterEvents(client, "wo", clock), new Always(), Optional::empty),
            ledger,
            capacity,
            clock,
            INTERVAL);
    reconciler.inSync();
  }

  @AfterEach
  void stop() {
    capacity.close();
    client.close();
    kubernetes.close();
  }

  @Test
  void anIdlePoolIsWrittenAtMostOnceAnHourAndThenNeverAgain() {
    holds(4);
    watchUntil("2026-11-21T10:40:00Z");
    holds(0);
    watchUntil("2026-11-21T10:41:00Z");
    assertThat(status().used).isZero();
    assertThat(status().utilisationPercent).as("no full hour was seen").isNull();

    kubernetes.calls().reset();
    watchUntil("2026-11-21T10:59:59Z");
    assertThat(writes()).isZero();
    watchUntil("2026-11-21T11:30:00Z");
    assertThat(status().utilisationPercent).as("25 of 45 minutes").isBetween(54, 56);
    assertThat(writes()).isEqualTo(1);
    watchUntil("2026-11-21T12:30:00Z");
    assertThat(status().utilisationPercent).isZero();
    assertThat(writes()).isEqualTo(2);
    watchUntil("2026-11-21T18:30:00Z");
    assertThat(writes()).isEqualTo(2);
  }

  @Test
  void anHourThatWasHardlyWatchedTellsNothing() {
    clock.now = Instant.parse("2026-11-21T10:35:00Z");
    holds(4);
    watchUntil("2026-11-21T11:01:00Z");
    assertThat(status().utilisationPercent).isNull();
    watchUntil("2026-11-21T12:01:00Z");
    assertThat(status().utilisationPercent).isEqualTo(100);
    clock.now = Instant.parse("2026-11-21T14:01:00Z");
    watchUntil("2026-11-21T14:02:00Z");
    assertThat(status().utilisationPercent).as("nobody watched from 12 to 14").isNull();
  }

  @Test
  void aProviderWithoutABrokerIsRefusedWithWords() {
    HardwarePool pool = pool();
    pool.getSpec().provider = "tart";
    reconciler.reconcile(pool, null);
    assertThat(status().conditions.get(0).getMessage())
        .contains("spec.provider needs spec.brokerUrl", "every cluster keeps what it holds");
  }

  private void holds(int slots) {
    ledger.ask(MACS, new SlotClaim("wc", 1, 0, slots, slots));
    ledger.settle(MACS, "wc", slots);
  }

  private void watchUntil(String end) {
    for (; clock.now.isBefore(Instant.parse(end)); clock.now = clock.now.plus(INTERVAL)) {
      reconciler.reconcile(pool(), null);
    }
  }

  private long writes() {
    return kubernetes.calls().of(Verb.UPDATE, "hardwarepools.travisci.com");
  }

  private HardwarePoolStatus status() {
    return pool().getStatus();
  }

  private HardwarePool pool() {
    return client.resources(HardwarePool.class).inNamespace("ns").withName("macs").get();
  }

  private static final class Always implements LeadershipToken {

    @Override
    public <T> Optional<T> act(Supplier<T> round) {
      return Optional.of(round.get());
    }

    @Override
    public boolean stands() {
      return true;
    }
  }

  /** Stands still until it is set. */
  private static final class TurnedClock extends Clock {

    private Instant now;

    TurnedClock(Instant now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this; // tells instants alone, which are the same in every zone
    }
  }
}
