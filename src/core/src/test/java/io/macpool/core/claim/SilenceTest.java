package io.macpool.core.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilenceTest {

  private static final Duration GAP = Duration.ofSeconds(12);

  private static Silence looks(Silence before, int... seconds) {
    Silence silence = before;
    for (int second : seconds) {
      silence = silence.free(Duration.ofSeconds(second), GAP);
    }
    return silence;
  }

  @Test
  void itCountsFromTheFirstLookThatFoundTheLockFree() {
    assertThat(looks(Silence.none(), 100).length()).isZero();
    assertThat(looks(Silence.none(), 100, 105, 110).length()).isEqualTo(Duration.ofSeconds(10));
  }

  /** As by a custodian that stood still: the runner may have been back, and gone again. */
  @Test
  void whatNobodyLookedAtDoesNotCount() {
    assertThat(looks(Silence.none(), 100, 105, 140).length()).isZero();
    assertThat(looks(Silence.none(), 100, 140, 145).length()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void aLockThatIsHeldOrCantBeSeenEndsIt() {
    assertThat(Silence.none().counts()).isFalse();
    assertThat(looks(Silence.none(), 100).counts()).isTrue();
  }
}
