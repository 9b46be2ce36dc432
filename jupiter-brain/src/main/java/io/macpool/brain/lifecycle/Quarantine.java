package io.macpool.brain.lifecycle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Shuts out an image whose creates failed several times in a row, for a while: a broken image must
 * not eat the pool's time. Each replica judges by what it sees. Thread-safe.
 */
public final class Quarantine {

  /**
   * An image that is shut out.
   *
   * @param reason the last failure
   */
  public record Sentence(Instant until, String reason) {}

  private static final class Conduct {
    private int failures;
    private Sentence sentence;
  }

  private final int limit;
  private final Duration term;
  private final Clock clock;
  private final Map<String, Conduct> images = new HashMap<>();

  /**
   * @param limit failures in a row that shut an image out
   */
  public Quarantine(int limit, Duration term, Clock clock) {
    this.limit = limit;
    this.term = term;
    this.clock = clock;
  }

  /** A create of the image went well: all is forgiven. */
  public synchronized void succeeded(String image) {
    images.remove(image);
  }

  /** A create of the image failed for a reason that may lie with the image. */
  public synchronized void failed(String image, String reason) {
    Conduct conduct = images.computeIfAbsent(image, i -> new Conduct());
    conduct.failures++;
    if (conduct.failures >= limit) {
      conduct.sentence = new Sentence(clock.instant().plus(term), reason);
      conduct.failures = limit - 1; // one more failure after its time shuts it out again
    }
  }

  /** Until when and why the image is shut out; empty if it is not. */
  public synchronized Optional<Sentence> of(String image) {
    Conduct conduct = images.get(image);
    return conduct == null || conduct.sentence == null
        ? Optional.empty()
        : Optional.of(conduct.sentence).filter(s -> clock.instant().isBefore(s.until()));
  }
}
