package io.macpool.brain.lifecycle.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitForecast.Foretold;
import io.macpool.core.forecast.WaitForecast.NoGround;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HoldTimesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final LiveInstances live = new LiveInstances(CLOCK);
  private final HoldTimes times = HoldTimes.of(live, CLOCK);

  private static Instance warm(String id, Instant since) {
    return Instance.requested(id, "xcode", Ownership.WARM, Instance.Size.AS_IMAGE, "broker", since)
        .in(InstancePhase.READY, "on", Optional.empty(), since)
        .proven();
  }

  private static Instance gone(Instance instance, Instant at) {
    return instance.in(InstancePhase.GONE, "destroyed", Optional.empty(), at);
  }

  /** Held for ten minutes each, though they waited warm for an hour before. */
  private void ended(int count, boolean confirmed) {
    for (int i = 0; i < count; i++) {
      Instant handedOver = NOW.minus(Duration.ofHours(1)).plusSeconds(i);
      Instance warm = warm("ended-" + confirmed + i, handedOver.minus(Duration.ofHours(1)));
      live.put(warm);
      Instance owned = warm.handedTo("ci", "broker", handedOver, "handed over");
      Instance last = confirmed ? owned.known() : owned;
      live.put(last);
      live.put(gone(last, handedOver.plus(Duration.ofMinutes(10))));
    }
  }

  private void inUse(String id, Duration age) {
    live.put(warm(id, NOW.minus(Duration.ofHours(2))));
    live.put(
        live.find(id)
            .orElseThrow()
            .handedTo("ci", "broker", NOW.minus(age), "handed over")
            .known());
  }

  @Test
  void aWaitIsForetoldByHowLongOwnersKeepTheirs() {
    ended(20, true);
    inUse("a", Duration.ofMinutes(4));

    assertThat(times.next(0).orElseThrow())
        .isInstanceOfSatisfying(
            Foretold.class,
            told ->
                assertThat(told.median()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(7)));
    assertThat(times.next(1).orElseThrow())
        .isInstanceOfSatisfying(
            Foretold.class,
            told ->
                assertThat(told.median())
                    .isBetween(Duration.ofMinutes(15), Duration.ofMinutes(17)));
  }

  /** To foretell costs an event loop a millisecond or two, and every worker asks each second. */
  @Test
  void aForecastIsASecondOldAtMost() {
    Instant[] now = {NOW};
    HoldTimes own =
        HoldTimes.of(
            live,
            new Clock() {
              @Override
              public Instant instant() {
                return now[0];
              }

              @Override
              public ZoneId getZone() {
                return ZoneOffset.UTC;
              }

              @Override
              public Clock withZone(ZoneId zone) {
                return this;
              }
            });
    ended(20, true);
    inUse("a", Duration.ofMinutes(4));
    WaitForecast first = own.next(0).orElseThrow();
    inUse("b", Duration.ofMinutes(9));

    assertThat(own.next(0)).containsSame(first);
    now[0] = NOW.plusSeconds(1);
    assertThat(own.next(0).orElseThrow())
        .isInstanceOfSatisfying(
            Foretold.class, told -> assertThat(told.median()).isLessThan(Duration.ofMinutes(2)));
  }

  @Test
  void whatWaitsWarmHoldsUpNobody() {
    live.put(warm("w", NOW));
    assertThat(times.next(0)).isEmpty();
  }

  @Test
  void afterFewEndsNobodyKnows() {
    ended(4, true);
    inUse("a", Duration.ofMinutes(4));
    assertThat(times.next(0)).containsInstanceOf(NoGround.class);
  }

  /** A create whose client went away tells nothing of how long clients keep theirs. */
  @Test
  void whatNoOwnerLearnedOfDoesNotCount() {
    ended(20, false);
    inUse("a", Duration.ofMinutes(4));
    Optional<WaitForecast> next = times.next(0);
    assertThat(next).containsInstanceOf(NoGround.class);
  }
}
