package io.macpool.sandbox.brokersoak;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sandbox.brokersoak.FaultPlan.Kind;
import io.macpool.sandbox.brokersoak.FaultPlan.Planned;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

  private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

  @Test
  void theSameSeedIsTheSamePlan() {
    Set<Kind> all = EnumSet.allOf(Kind.class);
    assertThat(FaultPlan.of(7, HALF_AN_HOUR, all))
        .isEqualTo(FaultPlan.of(7, HALF_AN_HOUR, all))
        .isNotEqualTo(FaultPlan.of(8, HALF_AN_HOUR, all));
  }

  @Test
  void whatElseGoesWrongChangesNothingForAKind() {
    List<Planned> alone = FaultPlan.of(7, HALF_AN_HOUR, Set.of(Kind.FOLDER_CHANGED));
    assertThat(FaultPlan.of(7, HALF_AN_HOUR, EnumSet.allOf(Kind.class))).containsAll(alone);
  }

  @Test
  void allKindsComeAndInTime() {
    List<Planned> plan = FaultPlan.of(1, Duration.ofSeconds(90), EnumSet.allOf(Kind.class));
    assertThat(plan.stream().map(Planned::kind).collect(Collectors.toSet()))
        .isEqualTo(EnumSet.allOf(Kind.class));
    assertThat(plan).allMatch(p -> p.after().compareTo(Duration.ofSeconds(90)) < 0);
  }

  @Test
  void theDatabaseStopsTwiceForThreeQuartersOfAMinuteAndAReplicaDiesAboutEachTwentySeconds() {
    List<Planned> plan = FaultPlan.of(1, HALF_AN_HOUR, EnumSet.allOf(Kind.class));
    assertThat(plan.stream().filter(p -> p.kind() == Kind.DATABASE_STOPPED))
        .hasSize(2)
        .allMatch(p -> p.lasts().equals(Duration.ofSeconds(45)));
    assertThat(plan.stream().filter(p -> p.kind() == Kind.DATABASE_FAILED_OVER)).hasSize(1);
    assertThat(plan.stream().filter(p -> p.kind() == Kind.REPLICA_KILLED).count())
        .isBetween(80L, 100L);
  }
}
