package io.macpool.console.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.forecast.Horizon;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitForecast.Band;
import io.macpool.core.forecast.WaitForecast.Foretold;
import io.macpool.core.forecast.WaitForecast.NoGround;
import io.macpool.core.forecast.WaitReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForecastLogTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final ForecastGroup SOON =
      new ForecastGroup("ios", Optional.of(Horizon.UNDER_5_MINUTES));

  private final ForecastLog log = new ForecastLog();

  private static WaitForecast within(int earliest, int median, int latest) {
    Band band =
        new Band(
            Duration.ofSeconds(earliest), Duration.ofSeconds(median), Duration.ofSeconds(latest));
    return new Foretold(
        band.median(), band.low(), band.high(), new WaitReason.AtItsLimit(2), band, 0);
  }

  private void came(int queuedAfter, int wait) {
    Instant queued = NOW.plusSeconds(queuedAfter);
    log.came(new Wait("ios", queued, queued.plusSeconds(wait)));
  }

  @Test
  void aWaitIsHeldAgainstTheLastForecastBeforeItBegan() {
    log.tell("ios", within(10, 20, 30), NOW);
    log.tell("ios", within(100, 110, 120), NOW.plusSeconds(30));

    came(5, 25);
    came(5, 31);
    came(35, 90);

    assertThat(log.take()).containsOnlyKeys(NOW);
    came(5, 25);
    came(5, 31);
    came(35, 90);
    assertThat(log.since(NOW))
        .isEqualTo(Map.of(SOON, new Coverage(3, 1, 1, Duration.ofSeconds(5 + 11 + 20), 0)));
    assertThat(log.since(NOW).get(SOON).late()).isOne();
  }

  @Test
  void whatWasToldLongBeforeOrLaterOrOfAnotherQueueIsNoForecastOfAWait() {
    log.tell("ios", within(10, 20, 30), NOW);

    came(-1, 25);
    came(61, 25);
    log.came(new Wait("tvos", NOW.plusSeconds(1), NOW.plusSeconds(20)));
    log.came(new Wait("ios", NOW.plusSeconds(5), NOW.plusSeconds(4)));

    assertThat(log.since(NOW.minusSeconds(3600))).isEmpty();
  }

  @Test
  void aFreeSlotIsNoForecastAndNoGroundIsCountedApart() {
    log.tell("ios", within(0, 0, 0), NOW);
    came(1, 3);
    assertThat(log.since(NOW)).isEmpty();

    log.tell("ios", new NoGround(new WaitReason.AtItsLimit(2)), NOW.plusSeconds(20));
    came(21, 3);
    assertThat(log.since(NOW))
        .isEqualTo(
            Map.of(
                new ForecastGroup("ios", Optional.empty()),
                new Coverage(0, 0, 0, Duration.ZERO, 1)));
  }

  @Test
  void whatTheForecastsBeforeARestartWereOffByIsLearnedAgainAndCountedOnce() {
    log.tell("ios", within(10, 20, 30), NOW);
    came(5, 25);
    came(6, 50);
    List<Wait> ended =
        List.of(
            new Wait("ios", NOW.plusSeconds(6), NOW.plusSeconds(56)),
            new Wait("ios", NOW.plusSeconds(5), NOW.plusSeconds(30)),
            new Wait("ios", NOW.minusSeconds(5), NOW.plusSeconds(30)));
    ForecastLog after = new ForecastLog();

    after.resume(log.unsaved(), ended);

    assertThat(after.learned("ios").coverage()).isEqualTo(log.learned("ios").coverage());
    assertThat(after.take()).isEmpty();
    after.resume(log.unsaved(), ended);
    assertThat(after.learned("ios").coverage()).isEqualTo(log.learned("ios").coverage());
  }

  @Test
  void laterForecastsLearnFromWhatCame() {
    log.tell("ios", within(10, 20, 30), NOW);
    assertThat(log.learned("ios").coverage().waits()).isZero();
    came(5, 25);
    came(5, 50);
    assertThat(log.learned("ios").coverage())
        .satisfies(
            seen -> {
              assertThat(seen.waits()).isEqualTo(2);
              assertThat(seen.held()).isEqualTo(1);
            });
    assertThat(log.learned("tvos").coverage().waits()).isZero();
  }

  @Test
  void aPartOfWhatIsToldIsKeptAndNothingForLongerThanADayAndTwoHours() {
    for (int second = 0; second < 60; second++) {
      log.tell("ios", within(10, 20, 30), NOW.plusSeconds(second));
    }
    assertThat(log.unsaved()).hasSize(4);

    log.tell("ios", within(1, 2, 3), NOW.plus(ForecastLog.KEPT).plusSeconds(120));

    came(5, 25);
    assertThat(log.since(NOW)).as("it is forgotten").isEmpty();
    log.saved(log.unsaved());
    assertThat(log.unsaved()).isEmpty();
  }
}
