package io.macpool.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.macpool.core.forecast.QueueTrace.Kind;
import io.macpool.core.forecast.QueueTrace.Outcome;
import io.macpool.core.forecast.WaitForecast.Foretold;
import io.macpool.core.forecast.WaitForecast.NoGround;
import io.macpool.core.forecast.WaitReason.AtItsLimit;
import io.macpool.core.pool.Stall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WaitForecastTest {

  private static final int JOBS = 6000;
  private static final List<Duration> FIVE_MINUTES = Collections.nCopies(20, Duration.ofMinutes(5));

  @ParameterizedTest
  @EnumSource
  void theBandHoldsNineOfTenWaitsThatItHasNotSeen(Kind kind) {
    List<Outcome> outcomes = new ArrayList<>();
    for (long seed = 101; seed <= 104; seed++) { // nothing was tuned on these
      outcomes.addAll(QueueTrace.play(kind, seed, JOBS));
    }
    double held = outcomes.stream().filter(Outcome::held).count() / (double) outcomes.size();
    double ours = error(outcomes, Outcome::median);
    double lastWaits = error(outcomes, Outcome::meanOfLastWaits);
    double drain = error(outcomes, Outcome::steadyDrain);
    System.out.printf(
        "%-18s the 90 %% band held %.1f %% of %d waits; off by %.0f s, mean of the last waits by"
            + " %.0f s, steady drain by %.0f s%n",
        kind, held * 100, outcomes.size(), ours, lastWaits, drain);

    assertThat(outcomes).hasSizeGreaterThan(500);
    assertThat(held).isBetween(0.87, 0.93);
    assertThat(ours).isLessThan(lastWaits).isLessThan(drain);
  }

  private static double error(List<Outcome> outcomes, ToDoubleFunction<Outcome> guess) {
    return outcomes.stream()
        .mapToDouble(outcome -> Math.abs(guess.applyAsDouble(outcome) - outcome.waited()))
        .average()
        .orElseThrow();
  }

  @Test
  void aFreeSlotIsNoWait() {
    QueueState queue = new QueueState(3, List.of(Duration.ofMinutes(1)), List.of(), full(3));

    Foretold second = foretold(WaitForecast.at(queue, ForecastCalibration.none(), 2));

    assertThat(second.latest()).isZero();
    assertThat(second.reason().words()).isEqualTo("a slot is free");
    assertThat(ForecastCalibration.none().learning(second, Duration.ofHours(1)).coverage().waits())
        .as("no wait was foretold")
        .isZero();
  }

  @Test
  void aJobThatHasRunForLongIsSoonAtItsEnd() {
    QueueState young = new QueueState(1, List.of(Duration.ZERO), FIVE_MINUTES, full(1));
    QueueState old = new QueueState(1, List.of(Duration.ofMinutes(4)), FIVE_MINUTES, full(1));

    assertThat(foretold(WaitForecast.at(young, ForecastCalibration.none(), 1)).median())
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(foretold(WaitForecast.at(old, ForecastCalibration.none(), 1)).median())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(foretold(WaitForecast.at(old, ForecastCalibration.none(), 3)).median())
        .as("two more are ahead of it")
        .isEqualTo(Duration.ofMinutes(11));
  }

  @Test
  void jobsAboveTheLimitStartNothingAsTheyEnd() {
    List<Duration> three =
        List.of(Duration.ofMinutes(4), Duration.ofMinutes(3), Duration.ofMinutes(1));
    QueueState drains = new QueueState(1, three, FIVE_MINUTES, new WaitReason.HostsDrained(2));

    Foretold next = foretold(WaitForecast.at(drains, ForecastCalibration.none(), 1));

    assertThat(next.median()).isEqualTo(Duration.ofMinutes(4));
    assertThat(next.reason().words()).isEqualTo("2 hosts are drained and take nothing new");
  }

  @Test
  void whereThereIsNoGroundItSaysSo() {
    QueueState paused =
        new QueueState(0, List.of(), FIVE_MINUTES, new WaitReason.NoneMayRun(Stall.PAUSED));
    QueueState fresh =
        new QueueState(1, List.of(Duration.ZERO), FIVE_MINUTES.subList(0, 4), full(1));

    assertThat(WaitForecast.at(paused, ForecastCalibration.none(), 1))
        .isEqualTo(new NoGround(paused.whenFull()));
    assertThat(WaitForecast.at(fresh, ForecastCalibration.none(), 1).reason().words())
        .isEqualTo("only 4 of the 5 run times are known that a forecast needs");
  }

  @Test
  void everyReasonIsASentenceOfItsOwn() {
    List<WaitReason> reasons = new ArrayList<>();
    reasons.add(new WaitReason.SlotIsFree());
    reasons.add(full(1));
    reasons.add(full(2));
    reasons.add(new WaitReason.ShareOfPool(3, 9));
    reasons.add(new WaitReason.HostsDrained(1));
    reasons.add(new WaitReason.HostsDrained(2));
    reasons.add(new WaitReason.ImageMissing("xcode16"));
    reasons.add(new WaitReason.QueueUnknown("no answer", Instant.EPOCH));
    reasons.add(new WaitReason.TooFewRunTimes(0, 5));
    for (Stall stall : Stall.values()) {
      reasons.add(new WaitReason.NoneMayRun(stall));
    }

    assertThat(reasons.stream().map(WaitReason::words)).doesNotHaveDuplicates();
  }

  @Test
  void theSameQuestionHasTheSameAnswerAndLaterPlacesStartLater() {
    List<Duration> mixed =
        IntStream.range(0, 50).mapToObj(i -> Duration.ofSeconds(60 + 37 * i)).toList();
    QueueState queue = new QueueState(4, mixed.subList(0, 4), mixed, full(4));
    List<Integer> positions = List.of(1, 2, 10, 100);

    List<WaitForecast> once = WaitForecast.at(queue, ForecastCalibration.none(), positions);

    assertThat(WaitForecast.at(queue, ForecastCalibration.none(), positions)).isEqualTo(once);
    assertThat(once.stream().map(forecast -> foretold(forecast).median()))
        .isSortedAccordingTo(Duration::compareTo);
  }

  @Test
  void aSteadyErrorIsLearned() {
    QueueState queue = new QueueState(1, List.of(Duration.ZERO), FIVE_MINUTES, full(1));
    ForecastCalibration calibration = ForecastCalibration.none();
    for (int i = 0; i < 50; i++) {
      Foretold forecast = foretold(WaitForecast.at(queue, calibration, 1));
      calibration = calibration.learning(forecast, Duration.ofMinutes(8));
    }

    Foretold learned = foretold(WaitForecast.at(queue, calibration, 1));

    assertThat(learned.median().toSeconds()).isCloseTo(480, within(1L));
    assertThat(learned.outcomes()).isEqualTo(50);
    assertThat(calibration.coverage(learned.horizon())).isEqualTo(calibration.coverage());
  }

  private static WaitReason full(int limit) {
    return new AtItsLimit(limit);
  }

  private static Foretold foretold(WaitForecast forecast) {
    assertThat(forecast).isInstanceOf(Foretold.class);
    return (Foretold) forecast;
  }
}
