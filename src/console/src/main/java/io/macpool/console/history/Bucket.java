package io.macpool.console.history;

import java.time.Instant;

/** One hour or day of the history. */
public record Bucket(Grain grain, Instant from) {

  /** The one in which a moment lies. */
  public static Bucket of(Grain grain, Instant at) {
    return new Bucket(grain, grain.floor(at));
  }

  public Instant to() {
    return from.plus(grain.length());
  }
}
