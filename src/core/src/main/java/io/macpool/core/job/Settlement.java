package io.macpool.core.job;

import java.util.Objects;
import java.util.Optional;

/**
 * How an outcome is told.
 *
 * @param verdict for the scheduler
 * @param lastLine for the log; empty if the script's own output says all
 * @param isStartFailure whether it counts against how often the job may fail to start
 */
public record Settlement(Verdict verdict, Optional<String> lastLine, boolean isStartFailure) {

  public Settlement {
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(lastLine, "lastLine");
  }
}
