package io.macpool.console.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.Instance;
import io.macpool.console.FakePool;
import io.macpool.console.history.StateInterval;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.SlotUse;
import io.macpool.core.usage.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolHistoryTest {

  private static final Instant START = FakePool.NOW;
  private final PoolHistory history = new PoolHistory(Duration.ofHours(1), 100, START);

  private void seen(int second, Instance... instances) {
    history.observe(
        FakePool.state(
            List.of(FakePool.host("mac-1", "ready", instances.length)), List.of(instances)),
        START.plusSeconds(second));
  }

  private static Instance vm(String phase, boolean warm) {
    return FakePool.instance("vm", "mac-1", warm ? null : "ios", phase, warm);
  }

  private UsageReport report(int from, int to) {
    return UsageReport.of(
        history.recording(new Period(START.plusSeconds(from), START.plusSeconds(to))));
  }

  @Test
  void eachStateOfAnInstanceIsAStayOfItsOwn() {
    seen(0, vm("requested", false));
    seen(10, vm("cloned", false));
    seen(20, vm("ready", false));
    seen(30, vm("reclaiming", false));
    seen(40);

    assertThat(history.of("vm"))
        .extracting(stay -> stay.occupation().use())
        .containsExactly(SlotUse.BOOTING, SlotUse.BUSY, SlotUse.BOOTING);
    assertThat(history.runTimes(5)).containsExactly(Duration.ofSeconds(10));
    assertThat(history.load(new Period(START, START.plusSeconds(60)))).hasSize(1);
    assertThat(report(0, 40).whole().of(SlotUse.BUSY)).isEqualTo(Duration.ofSeconds(10));
    assertThat(report(0, 40).whole().of(SlotUse.IDLE)).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void whatWasMadeAndNeverReadyHung() {
    seen(0, vm("requested", false));
    seen(10);

    assertThat(history.of("vm")).extracting(StateInterval::ended).containsExactly(true);
    assertThat(report(0, 10).whole().of(SlotUse.HUNG)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void whatWasDestroyedWhenTheConsoleCameDidNotHang() {
    seen(0, vm("reclaiming", false));
    seen(10);

    assertThat(report(0, 10).whole().of(SlotUse.HUNG)).isZero();
  }

  @Test
  void betweenTwoLooksThatAreFarApartNothingIsKnown() {
    seen(0, vm("ready", false));
    seen(10, vm("ready", false));
    seen(100, vm("ready", false));
    seen(110, vm("ready", false));

    assertThat(report(0, 110).gaps()).hasSize(1);
    assertThat(report(0, 110).whole().of(SlotUse.UNRECORDED)).isEqualTo(Duration.ofMinutes(3));
    assertThat(report(0, 110).whole().of(SlotUse.BUSY)).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void whatLiesBeforeTheStartAndAfterTheLastLookIsAGap() {
    seen(0, vm("ready", true));
    seen(10, vm("ready", true));

    assertThat(report(-60, 8).gaps()).hasSize(1);
    assertThat(report(0, 20).gaps()).as("the next look is due").isEmpty();
    assertThat(report(0, 60).gaps())
        .extracting(gap -> gap.cause())
        .containsExactly("since the last look");
  }

  @Test
  void whatIsOldIsForgottenAndSaid() {
    seen(0, vm("ready", false));
    seen(10);
    for (int second = 20; second <= 7200; second += 10) {
      seen(second);
    }

    assertThat(history.of("vm")).isEmpty();
    assertThat(history.begin()).isEqualTo(START.plusSeconds(3600));
    assertThat(report(0, 7200).gaps()).hasSize(1);
  }

  @Test
  void moreThanMayBeKeptIsForgottenToo() {
    PoolHistory small = new PoolHistory(Duration.ofHours(1), 3, START);
    for (int second = 0; second < 20; second++) {
      Instance each = FakePool.instance("vm-" + second, "mac-1", "ios", "ready", false);
      small.observe(
          FakePool.state(List.of(FakePool.host("mac-1", "ready", 1)), List.of(each)),
          START.plusSeconds(second));
    }

    assertThat(small.of("vm-5")).isEmpty();
    assertThat(small.of("vm-18")).hasSize(1);
    assertThat(small.begin()).isAfter(START);
  }
}
