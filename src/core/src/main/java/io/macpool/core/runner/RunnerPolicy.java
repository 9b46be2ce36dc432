package io.macpool.core.runner;

/**
 * The bounds that a person sets.
 *
 * @param spare runners that wait for a job beyond those that have one
 * @param most runners at a time, those that wait included
 */
public record RunnerPolicy(int spare, int most) {

  public RunnerPolicy {
    if (spare < 0 || most < 1 || spare > most) {
      throw new IllegalArgumentException(
          "%d spare runners of at most %d: none of both may be negative, and the first not larger"
              .formatted(spare, most));
    }
  }
}
