package io.macpool.core.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class WaitHistogramPropertyTest {

  @Property(tries = 200)
  void itsFiguresAreThoseOfTheWaitsOrAThirtySecondPartMore(@ForAll("waits") List<Duration> waits) {
    WaitFigures exact = WaitFigures.of(waits);
    WaitFigures told = of(waits).figures();

    assertThat(told.count()).isEqualTo(exact.count());
    assertNear(told.p50(), exact.p50());
    assertNear(told.p90(), exact.p90());
    assertNear(told.p99(), exact.p99());
  }

  private static void assertNear(Duration told, Duration exact) {
    assertThat(told).isBetween(exact, exact.plus(exact.dividedBy(32)));
  }

  @Property(tries = 100)
  void partsAddUpAndAreReadAgain(
      @ForAll("waits") List<Duration> some, @ForAll("waits") List<Duration> others) {
    WaitHistogram sum = of(some);
    for (Duration each : others) {
      sum = sum.plus(each);
    }

    assertThat(of(some).plus(of(others))).isEqualTo(sum);
    assertThat(WaitHistogram.parse(sum.text())).isEqualTo(sum);
  }

  private static WaitHistogram of(List<Duration> waits) {
    WaitHistogram all = WaitHistogram.none();
    for (Duration each : waits) {
      all = all.plus(each);
    }
    return all;
  }

  @Provide
  Arbitrary<List<Duration>> waits() {
    return Arbitraries.longs().between(0, 100_000_000).map(Duration::ofMillis).list().ofMaxSize(40);
  }
}
