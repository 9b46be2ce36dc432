package io.macpool.scaleset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OfferedJobsTest {

  private final OfferedJobs offered = new OfferedJobs();

  private void offer(long message, long... jobs) {
    offered.begin(message);
    for (long job : jobs) {
      offered.add(message, job);
    }
  }

  @Test
  void aMessageStaysWhileOneOfItsJobsIsHeldBack() {
    offer(1, 11, 12);
    offer(2);

    assertThat(offered.next(1)).containsExactly(11L);
    offered.acquired(List.of(11L), 1);
    assertThat(offered.settled()).containsExactly(2L);
    assertThat(offered.isHeldBack()).isTrue();

    offered.acquired(offered.next(5), 1);
    assertThat(offered.settled()).containsExactly(1L, 2L);
    assertThat(offered.isHeldBack()).isFalse();
  }

  @Test
  void aJobThatEndedElsewhereHoldsNothingBack() {
    offer(1, 11);

    offered.remove(11);

    assertThat(offered.settled()).containsExactly(1L);
  }

  @Test
  void whatWasAcquiredCountsUntilGitHubCountsIt() {
    offer(1, 11, 12);
    assertThat(offered.acquiredSince(7)).isZero();

    offered.acquired(List.of(11L, 12L), 2);

    assertThat(offered.acquiredSince(7)).isEqualTo(2);
    assertThat(offered.acquiredSince(8)).isZero();
  }

  @Test
  void aNewSessionTellsAllAnew() {
    offer(1, 11);

    offered.clear();

    assertThat(offered.settled()).isEmpty();
    assertThat(offered.next(9)).isEmpty();
  }
}
