package io.macpool.sandbox.endurance;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What one process used at one moment.
 *
 * @param role what it is: all processes of a role are judged together
 * @param process which one of the role: a name that no other process of the run has
 * @param age since it started
 * @param used by measure; what could not be read is not there
 */
public record Reading(String role, String process, Duration age, Map<Measure, Double> used) {

  /** What is measured, and how much of it in an hour counts as growth whatever was there before. */
  public enum Measure {
    /** Live objects, after a full collection. */
    HEAP_MB(2),
    THREADS(2),
    /** Open files and sockets. */
    HANDLES(4);

    private final double least;

    Measure(double least) {
      this.least = least;
    }

    double least() {
      return least;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ').replace(" mb", " MB");
    }
  }

  public Reading {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(process, "process");
    Objects.requireNonNull(age, "age");
    used = Map.copyOf(used);
  }
}
