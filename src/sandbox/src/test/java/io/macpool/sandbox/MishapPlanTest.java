package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.sandbox.Mishap.Kind;
import io.macpool.sandbox.MishapPlan.Range;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MishapPlanTest {

  private static final Range PAUSES = new Range(Duration.ofSeconds(2), Duration.ofSeconds(8));
  private static final Range LASTING = new Range(Duration.ZERO, Duration.ofSeconds(12));

  private static List<Mishap> first(int count, long seed, Set<Kind> kinds) {
    MishapPlan plan = new MishapPlan(seed, kinds, PAUSES, LASTING);
    return Stream.generate(plan::next).limit(count).toList();
  }

  @Test
  void theSameSeedBringsTheSameMishapsAndAnotherOneOthers() {
    Set<Kind> all = EnumSet.allOf(Kind.class);
    assertThat(first(100, 7, all)).isEqualTo(first(100, 7, all)).isNotEqualTo(first(100, 8, all));
  }

  @Test
  void everyKindComesOnceInEachRound() {
    Set<Kind> kinds = EnumSet.of(Kind.SSH_CUT, Kind.AMQP_AWAY, Kind.BROKER_KILLED);
    List<Mishap> mishaps = first(12, 7, kinds);
    for (int round = 0; round < 4; round++) {
      assertThat(mishaps.subList(3 * round, 3 * round + 3))
          .extracting(Mishap::kind)
          .containsExactlyInAnyOrderElementsOf(kinds);
    }
  }

  @Test
  void timesStayInTheirRanges() {
    assertThat(first(500, 7, EnumSet.allOf(Kind.class)))
        .allSatisfy(
            mishap -> {
              assertThat(mishap.pause()).isBetween(PAUSES.least(), PAUSES.most());
              assertThat(mishap.lasts()).isBetween(LASTING.least(), LASTING.most());
              assertThat(mishap.pick()).isNotNegative();
            });
  }

  @Test
  void aPlanOfNothingAndARangeThatRunsBackwardsAreRefused() {
    assertThatThrownBy(() -> new MishapPlan(1, Set.of(), PAUSES, LASTING))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Range(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no range of times");
  }
}
