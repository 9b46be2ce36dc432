package io.macpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.operator.cluster.Pace.Round;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaceTest {

  private static final Round IDLE = new Round(false, false, false, true);
  private static final Round BUSY = new Round(false, false, false, false);
  private static final Round MOVING = new Round(false, true, false, false);
  private static final Round REFUSED = new Round(false, false, true, true);
  private static final Round CHANGED = new Round(true, false, false, true);

  private final Pace pace = new Pace(Duration.ofSeconds(5), Duration.ofMillis(250));

  private List<Long> millis(int rounds, Round round) {
    return IntStream.range(0, rounds).mapToObj(n -> pace.after(round).toMillis()).toList();
  }

  @Test
  void anIdleClusterIsLookedAtSeldom() {
    assertThat(millis(5, IDLE)).containsExactly(5_000L, 5_000L, 30_000L, 30_000L, 30_000L);
  }

  @Test
  void whateverHappensEndsThat() {
    for (Round round : List.of(BUSY, CHANGED)) {
      millis(5, IDLE);
      assertThat(pace.after(round)).as("%s", round).hasSeconds(5);
      assertThat(millis(2, IDLE)).as("%s", round).containsExactly(5_000L, 5_000L);
    }
    millis(5, IDLE);
    assertThat(pace.after(MOVING)).isLessThanOrEqualTo(Duration.ofSeconds(5));
    assertThat(pace.after(IDLE)).hasSeconds(5);
  }

  @Test
  void aBusyClusterIsLookedAtInEachInterval() {
    assertThat(millis(20, BUSY)).containsOnly(5_000L);
  }

  @Test
  void whatMovesIsFollowedSoonAndThenLessSo() {
    assertThat(millis(12, MOVING))
        .containsExactly(
            250L, 250L, 250L, 250L, 250L, 500L, 1_000L, 2_000L, 4_000L, 5_000L, 5_000L, 5_000L);
    pace.after(new Round(true, true, false, false));
    assertThat(pace.after(MOVING)).hasMillis(250);
  }

  @Test
  void aRefusalIsTriedAgainLessAndLessOften() {
    assertThat(millis(6, REFUSED)).containsExactly(500L, 1_000L, 2_000L, 4_000L, 5_000L, 5_000L);
  }
}
