package io.macpool.console;

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
record Watched<T>(Observed<T> now, Optional<Known<T>> last) {

  /** Not asked yet. */
  static <T> Watched<T> notYet(Instant since) {
    return new Watched<>(Observed.unknown("not asked yet", since), Optional.empty());
  }

  Watched<T> answered(T value, Instant at) {
    Known<T> known = new Known<>(value, at);
    return new Watched<>(known, Optional.of(known));
  }

  /** After a question that failed; what was said is believed for so long. */
  Watched<T> failed(String cause, Duration tolerated, Instant at) {
    return new Watched<>(now.afterFailure(cause, tolerated, at), last);
  }

  boolean isKnown() {
    return now.isKnown();
  }

  /** Why and since when it is not known; empty if it is. */
  Optional<Observed.Unknown<T>> trouble() {
    return now.match(known -> Optional.empty(), Optional::of);
  }
}
