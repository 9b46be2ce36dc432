package io.macpool.brain.janitor;

import io.macpool.core.fleet.JanitorPlanner.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What one look found and did.
 *
 * @param unread why a folder could not be read, by its path
 */
public record Round(List<Line> lines, Map<String, String> unread) {

  /** What became of one machine; also how it is told. */
  public enum Outcome {
    LEFT,
    POSTPONED,
    WOULD_DESTROY,
    SWITCHED_OFF,
    DESTROYED,
    FAILED
  }

  /**
   * One machine.
   *
   * @param failure why it could not be destroyed; empty if it was not tried or went well
   */
  public record Line(String folder, Verdict verdict, Outcome outcome, String failure) {
    public Line {
      Objects.requireNonNull(folder, "folder");
      Objects.requireNonNull(verdict, "verdict");
      Objects.requireNonNull(outcome, "outcome");
      Objects.requireNonNull(failure, "failure");
    }
  }

  public Round {
    lines = List.copyOf(lines);
    unread = Map.copyOf(unread);
  }

  /** Whether every folder was read and everything that was tried went well. */
  public boolean wentWell() {
    return unread.isEmpty() && lines.stream().noneMatch(l -> l.outcome() == Outcome.FAILED);
  }

  /** Whether anything was, or would have been, done. */
  public boolean didSomething() {
    return !unread.isEmpty() || lines.stream().anyMatch(l -> l.outcome() != Outcome.LEFT);
  }
}
