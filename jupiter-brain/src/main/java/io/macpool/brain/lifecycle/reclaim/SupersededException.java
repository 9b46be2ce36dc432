package io.macpool.brain.lifecycle.reclaim;

import io.macpool.brain.ledger.Transition;
import io.macpool.core.fleet.Instance;
import java.util.Locale;

/** What was decided can't be done, as the instance is not any more what it was taken for. */
public final class SupersededException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  SupersededException(Transition decision, Instance now) {
    super(
        now.id()
            + " stays ("
            + decision.reason()
            + " no longer holds): it is "
            + now.phase().name().toLowerCase(Locale.ROOT)
            + now.owner().map(owner -> ", and belongs to " + owner).orElse(""),
        null,
        false,
        false);
  }
}
