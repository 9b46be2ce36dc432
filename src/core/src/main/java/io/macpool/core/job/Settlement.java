package io.macpool.core.job;

import java.util.Objects;
import java.util.Optional;

/**
 * How an outcome is told.
 *
 * @param verdict for the scheduler
 * @param lastLine for the log; empty if the script's own output says all
 * @param isInstanceFailure whether it counts against the number of instances a job may use up
 */
public record Settlement(Verdict verdict, Optional<String> lastLine, boolean isInstanceFailure) {

  public Settlement {
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(lastLine, "lastLine");
  }
}
