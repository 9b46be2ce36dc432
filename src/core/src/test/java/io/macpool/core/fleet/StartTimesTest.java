package io.macpool.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartTimesTest {

  private static StartTimes times(int boots, int boot, int resumes, int resume) {
    return new StartTimes(boots, Duration.ofSeconds(boot), resumes, Duration.ofSeconds(resume));
  }

  @Test
  void whatWasNotMeasuredOftenEnoughIsNotKnown() {
    assertThat(StartTimes.UNKNOWN.isResumeNoUse()).isFalse();
    assertThat(times(2, 20, 20, 90).isResumeNoUse()).isFalse();
    assertThat(times(20, 20, 2, 90).isResumeNoUse()).isFalse();
    assertThat(times(3, 20, 3, 90).isResumeNoUse()).isTrue();
  }

  @Test
  void aQuarterLessIsOfUse() {
    assertThat(times(3, 20, 3, 15).isResumeNoUse()).isFalse();
    assertThat(times(3, 20, 3, 16).isResumeNoUse()).isTrue();
  }
}
