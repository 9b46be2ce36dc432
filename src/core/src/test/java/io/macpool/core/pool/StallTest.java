package io.macpool.core.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class StallTest {

  private static Optional<Stall> stall(
      long ready, int may, boolean paused, int maxJobs, SlotShare.Reason share) {
    return Stall.of(ready, may, paused, maxJobs, Optional.ofNullable(share));
  }

  @Test
  void nothingIsStalledWhileNothingWaitsOrSomethingMayRun() {
    assertThat(stall(0, 0, true, 0, SlotShare.Reason.SHARED)).isEmpty();
    assertThat(stall(9, 1, true, 0, SlotShare.Reason.SHARED)).isEmpty();
  }

  @Test
  void whoeverIsFirstInTheWayIsNamed() {
    assertThat(stall(1, 0, true, 0, null)).contains(Stall.PAUSED);
    assertThat(stall(1, 0, false, 0, SlotShare.Reason.SHARED)).contains(Stall.MAX_JOBS_IS_ZERO);
    assertThat(stall(1, 0, false, 4, SlotShare.Reason.SHARED)).contains(Stall.NO_SLOTS);
    assertThat(stall(1, 0, false, 4, SlotShare.Reason.GIVES_BACK)).contains(Stall.NO_SLOTS);
    assertThat(stall(1, 0, false, 4, SlotShare.Reason.HOLDS)).contains(Stall.SLOTS_UNKNOWN);
    assertThat(stall(1, 0, false, 4, SlotShare.Reason.ALL_WANTED)).contains(Stall.LIMIT_IS_ZERO);
    assertThat(stall(1, 0, false, 4, null)).contains(Stall.LIMIT_IS_ZERO);
  }
}
