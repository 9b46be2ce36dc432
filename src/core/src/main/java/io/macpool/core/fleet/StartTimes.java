package io.macpool.core.fleet;

import java.time.Duration;
import java.util.Objects;

/**
 * How long instances of an image took from the order to their SSH server's first answer: those that
 * were cloned and booted, and those that a suspended guest was resumed for. What was not measured
 * is not known: it counts as neither short nor long.
 *
 * @param boots that were measured
 * @param boot their median; of none if there were none
 * @param resumes that were measured
 * @param resume their median; of none if there were none
 */
public record StartTimes(int boots, Duration boot, int resumes, Duration resume) {

  /** Nothing was measured. */
  public static final StartTimes UNKNOWN = new StartTimes(0, Duration.ZERO, 0, Duration.ZERO);

  /** Fewer may be chance. */
  public static final int ENOUGH = 3;

  public StartTimes {
    Objects.requireNonNull(boot, "boot");
    Objects.requireNonNull(resume, "resume");
    if (boots < 0 || resumes < 0) {
      throw new IllegalArgumentException("negative counts: " + boots + ", " + resumes);
    }
  }

  /** Whether it is known that to resume saves less than a quarter of the time. */
  public boolean isResumeNoUse() {
    return boots >= ENOUGH
        && resumes >= ENOUGH
        && resume.multipliedBy(4).compareTo(boot.multipliedBy(3)) > 0;
  }
}
