package io.macpool.console.watch;

import io.macpool.core.Observed;
import io.macpool.core.Observed.Known;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a peer says now, if it does, and what it said last.
 *
 * @param last empty if it never answered; what it says now, while it does
 */
public record Watched<T>(Observed<T> now, Optional<Known<T>> last) {

  /** Not asked yet. */
  public static <T> Watched<T> notYet(Instant since) {
    return new Watched<>(Observed.unknown("not asked yet", since), Optional.empty());
  }

  public Watched<T> answered(T value, Instant at) {
    Known<T> known = new Known<>(value, at);
    return new Watched<>(known, Optional.of(known));
  }

  /** After a question that failed; what was said is believed for so long. */
  public Watched<T> failed(String cause, Duration tolerated, Instant at) {
    return new Watched<>(now.afterFailure(cause, tolerated, at), last);
  }

  public boolean isKnown() {
    return now.isKnown();
  }

  /** Why and since when it is not known; empty if it is. */
  public Optional<Observed.Unknown<T>> trouble() {
    return now.match(known -> Optional.empty(), Optional::of);
  }
}
