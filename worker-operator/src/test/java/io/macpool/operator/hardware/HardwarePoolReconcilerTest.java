package io.macpool.operator.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.HardwarePoolSpec;
import io.macpool.operator.api.PoolKey;
import io.macpool.operator.cluster.report.LeaderApi;
import io.macpool.operator.cluster.report.LeadershipToken;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HardwarePoolReconcilerTest {

  private static final LeadershipToken LEADS =
      new LeadershipToken() {
        @Override
        public <T> Optional<T> act(Supplier<T> round) {
          return Optional.of(round.get());
        }

        @Override
        public boolean stands() {
          return true;
        }
      };

  private final List<PoolKey> read = new ArrayList<>();
  private final SlotLedger ledger =
      new SlotLedger(
          Clock.systemUTC(),
          pool -> {
            read.add(pool);
            return List.of();
          },
          (pool, cluster) -> {});
  private final HardwarePoolReconciler reconciler =
      new HardwarePoolReconciler(
          new LeaderApi(null, null, LEADS, Optional::empty),
          ledger,
          null,
          Clock.systemUTC(),
          Duration.ofSeconds(30));

  private static HardwarePool pool() {
    HardwarePool pool = new HardwarePool();
    pool.setMetadata(new ObjectMetaBuilder().withNamespace("ns").withName("macs").build());
    HardwarePoolSpec spec = new HardwarePoolSpec();
    spec.slots = 4;
    pool.setSpec(spec);
    return pool;
  }

  /** A watch of pools may be in sync before that of clusters: what those hold is not known then. */
  @Test
  void noPoolIsNamedToTheLedgerBeforeAllClustersAreKnown() {
    UpdateControl<HardwarePool> looked = reconciler.reconcile(pool(), null);
    DeleteControl deleted = reconciler.cleanup(pool(), null);

    assertThat(read).isEmpty();
    assertThat(ledger.pools()).isEmpty();
    assertThat(looked.getScheduleDelay())
        .hasValueSatisfying(delay -> assertThat(delay).isPositive());
    assertThat(deleted.isRemoveFinalizer()).isFalse();
    assertThat(deleted.getScheduleDelay())
        .hasValueSatisfying(delay -> assertThat(delay).isPositive());
  }
}
