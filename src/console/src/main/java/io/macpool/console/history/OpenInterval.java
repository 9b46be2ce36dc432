package io.macpool.console.history;

import io.macpool.core.usage.Period;
import io.macpool.core.usage.Recording.Occupation;
import io.macpool.core.usage.SlotUse;
import java.time.Instant;
import java.util.Optional;

/**
 * One instance in the state that it has now.
 *
 * @param made whether it was seen being made
 * @param ready whether it was ever more than being made
 */
public record OpenInterval(
    String instance,
    Optional<String> image,
    String host,
    Optional<String> owner,
    SlotUse use,
    Instant since,
    boolean made,
    boolean ready) {

  /** As it is until a moment. */
  public StateInterval until(Instant at) {
    return ended(use, at, false);
  }

  /** As it was, once it is over; what was made and never ready hung. */
  public StateInterval ended(Instant at, boolean gone) {
    boolean inVain = gone && made && !ready && use == SlotUse.BOOTING;
    return ended(inVain ? SlotUse.HUNG : use, at, true);
  }

  private StateInterval ended(SlotUse as, Instant at, boolean ended) {
    return new StateInterval(
        instance,
        image,
        new Occupation(
            host,
            as == SlotUse.WARM ? Optional.empty() : owner,
            as,
            new Period(since, at.isBefore(since) ? since : at)),
        ended);
  }

  /** Whether it may still turn out to have been in vain. */
  public boolean isUndecided() {
    return made && !ready && use == SlotUse.BOOTING;
  }
}
