package io.macpool.bench;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * One figure of a run.
 *
 * @param name lower-case and dotted; stable, so that runs can be compared
 * @param value in {@code unit}s
 * @param baseline what it is held against, taken in the same run
 * @param goal what it should come to
 */
public record Measurement(
    String name, double value, String unit, Optional<Baseline> baseline, Optional<Goal> goal) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9]+([.-][a-z0-9]+)*");

  /**
   * Another figure in the same unit: how it was done before, or the least that it could take.
   *
   * @param what names it to a person
   */
  public record Baseline(String what, double value) {
    public Baseline {
      Objects.requireNonNull(what, "what");
    }
  }

  /** What a goal speaks about. */
  private enum Subject {
    VALUE,
    RATIO
  }

  /**
   * A bound on the value, or on its ratio to the baseline.
   *
   * @param atLeast whether more is better
   */
  public record Goal(Subject subject, boolean atLeast, double bound) {

    private boolean isMet(double measured) {
      return atLeast ? measured >= bound : measured <= bound;
    }

    @Override
    public String toString() {
      String sign = atLeast ? ">= " : "<= ";
      return sign + number(bound) + (subject == Subject.RATIO ? "x" : "");
    }
  }

  public Measurement {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a measurement can't be named '" + name + "'");
    }
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(baseline, "baseline");
    Objects.requireNonNull(goal, "goal");
    if (baseline.isEmpty() && goal.map(g -> g.subject() == Subject.RATIO).orElse(false)) {
      throw new IllegalArgumentException(name + " has a goal for a ratio to nothing");
    }
  }

  public static Measurement of(String name, double value, String unit) {
    return new Measurement(name, value, unit, Optional.empty(), Optional.empty());
  }

  /** The same, held against a figure in the same unit and of the same run. */
  public Measurement against(String what, double other) {
    return new Measurement(name, value, unit, Optional.of(new Baseline(what, other)), goal);
  }

  public Measurement atMost(double bound) {
    return withGoal(new Goal(Subject.VALUE, false, bound));
  }

  public Measurement atLeast(double bound) {
    return withGoal(new Goal(Subject.VALUE, true, bound));
  }

  /** With the goal of being so many times the baseline, or more. */
  public Measurement atLeastTimes(double ratio) {
    return withGoal(new Goal(Subject.RATIO, true, ratio));
  }

  /** With the goal of being so many times the baseline, or less. */
  public Measurement atMostTimes(double ratio) {
    return withGoal(new Goal(Subject.RATIO, false, ratio));
  }

  private Measurement withGoal(Goal other) {
    return new Measurement(name, value, unit, baseline, Optional.of(other));
  }

  /** How many times the baseline; nothing without one, or if it is zero. */
  public OptionalDouble ratio() {
    return baseline.isPresent() && baseline.get().value() != 0
        ? OptionalDouble.of(value / baseline.get().value())
        : OptionalDouble.empty();
  }

  /** Whether the goal was reached; nothing if there is none. */
  public Optional<Boolean> met() {
    // A ratio that is unknown has met nothing.
    return goal.map(
        g -> g.isMet(g.subject() == Subject.VALUE ? value : ratio().orElse(Double.NaN)));
  }

  /** Three significant digits, and whole numbers whole. */
  static String number(double value) {
    double size = Math.abs(value);
    int decimals = size >= 100 || value == Math.rint(value) ? 0 : size >= 10 ? 1 : 2;
    return size > 0 && size < 0.01
        ? String.format(Locale.ROOT, "%.2g", value)
        : String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
