package io.macpool.sandbox.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sandbox.endurance.Growth.Verdict;
import io.macpool.sandbox.endurance.Reading.Measure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class GrowthTest {

  /** Processes that differ by 10 MB and scatter by 2, read each five minutes for 45 minutes. */
  private static List<Reading> readings(int processes, DoubleUnaryOperator byAgeInHours) {
    Random chance = new Random(7);
    List<Reading> readings = new ArrayList<>();
    for (int process = 0; process < processes; process++) {
      double base = 60 + 10 * chance.nextDouble();
      for (int minute = 0; minute <= 45; minute += 5) {
        double used = base + byAgeInHours.applyAsDouble(minute / 60.0) + 2 * chance.nextGaussian();
        readings.add(
            new Reading("worker", "worker-" + process, Duration.ofMinutes(minute), heap(used)));
      }
    }
    return readings;
  }

  private static Map<Measure, Double> heap(double mb) {
    return Map.of(Measure.HEAP_MB, mb);
  }

  private static Growth judged(List<Reading> readings) {
    return Growth.judge(readings).get(0);
  }

  @Test
  void processesThatDifferAndScatterAreSteady() {
    assertThat(judged(readings(8, age -> 0)).verdict()).isEqualTo(Verdict.STEADY);
  }

  @Test
  void eightMegabytesAnHourAreFoundBelowDifferencesOfTen() {
    Growth growth = judged(readings(8, age -> 8 * age));
    assertThat(growth.verdict()).isEqualTo(Verdict.GROWS);
    assertThat(growth.perHour()).isBetween(6.0, 10.0);
    assertThat(growth.text()).contains("worker", "heap MB", "GROWS");
  }

  @Test
  void whatAProcessTakesAsItStartsIsNoGrowth() {
    assertThat(judged(readings(8, age -> age < 0.08 ? -40 : 0)).verdict())
        .isEqualTo(Verdict.STEADY);
  }

  @Test
  void youngProcessesSayNothing() {
    List<Reading> young =
        readings(8, age -> 0).stream().filter(r -> r.age().toMinutes() <= 20).toList();
    assertThat(judged(young).verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(Growth.judge(List.of())).isEmpty();
  }

  @Test
  void eachRoleAndEachMeasureIsJudgedForItself() {
    List<Reading> readings = new ArrayList<>(readings(4, age -> 0));
    for (int minute = 5; minute <= 60; minute += 5) {
      readings.add(
          new Reading(
              "broker",
              "broker-1",
              Duration.ofMinutes(minute),
              Map.of(Measure.THREADS, 30.0 + minute, Measure.HANDLES, 50.0)));
    }
    assertThat(Growth.judge(readings))
        .extracting(Growth::role, Growth::measure, Growth::verdict)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("broker", Measure.THREADS, Verdict.GROWS),
            org.assertj.core.groups.Tuple.tuple("broker", Measure.HANDLES, Verdict.STEADY),
            org.assertj.core.groups.Tuple.tuple("worker", Measure.HEAP_MB, Verdict.STEADY));
  }
}
