package io.macpool.operator.cluster;

import io.macpool.core.Observed;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.ScalingDecision;
import io.macpool.core.pool.SlotShare;
import java.util.Optional;

/**
 * How many jobs a cluster may run now, and why.
 *
 * @param jobs the limit
 * @param wanted what it would be if slots were no matter
 * @param scaling the decision by queue depth, if it follows a queue
 * @param share its part of its hardware pool, if it has one
 * @param backlog of the queue, if it follows one
 * @param why a sentence for a person
 */
record JobsLimit(
    int jobs,
    int wanted,
    Optional<ScalingDecision.Reason> scaling,
    Optional<SlotShare> share,
    Optional<Observed<Backlog>> backlog,
    String why) {

  /** Jobs in the queue, if known. */
  Optional<Long> depth() {
    return backlog.flatMap(Observed::toOptional).map(Backlog::depth);
  }
}
