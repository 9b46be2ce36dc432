package io.macpool.operator.cluster.report;

import java.util.Optional;
import java.util.function.Supplier;

/** Whether this operator is the one that acts. */
public interface LeadershipToken {

  /**
   * Carries out a round, if this operator may act.
   *
   * @return what the round returns; empty if it may not act, for another one may by now
   */
  <T> Optional<T> act(Supplier<T> round);

  /** Whether a round that was begun may still act: it asks before it grants anything. */
  boolean stands();
}
