package io.macpool.console.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.console.FakePool;
import io.macpool.console.page.PoolGrid.Row;
import io.macpool.console.watch.BrokerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GridRowsTest {

  private static final String[] STATES = {"ready", "cordoned", "lost"};
  private static final String[] PHASES = {"requested", "ready", "reclaiming"};

  /** Much the same pool each time, as one look resembles the one before. */
  private static BrokerState any(Random random) {
    List<HostInfo> hosts = new ArrayList<>();
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String host = "mac-" + (i == 5 ? 5 + random.nextInt(2) : i);
      hosts.add(FakePool.host(host, STATES[random.nextInt(8) % 3], random.nextInt(3)));
      for (int slot = 0; slot < random.nextInt(3); slot++) {
        instances.add(
            FakePool.instance(
                "vm-" + i + slot,
                host,
                random.nextBoolean() ? "ios" : "web",
                PHASES[random.nextInt(3)],
                random.nextInt(4) == 0));
      }
    }
    return FakePool.state(hosts, instances);
  }

  @Test
  void rowsThatAreMadeOneLookAfterTheOtherAreThoseOfTheLookAlone() {
    Random random = new Random(5);
    GridRows rows = new GridRows();
    for (int i = 0; i < 2_000; i++) {
      BrokerState state = any(random);
      assertThat(rows.of(state)).isEqualTo(PoolGrid.of(state).rows());
    }
  }

  @Test
  void whatDidNotChangeIsNotMadeAnew() {
    GridRows rows = new GridRows();
    BrokerState one = any(new Random(5));
    BrokerState same = any(new Random(5));
    List<Row> before = rows.of(one);

    List<Row> after = rows.of(same);

    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).isSameAs(before.get(i));
    }
  }
}
