package io.macpool.operator.cluster;

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
 * @param depth of the queue, if known
 * @param why a sentence for a person
 */
record JobsLimit(
    int jobs,
    int wanted,
    Optional<ScalingDecision.Reason> scaling,
    Optional<SlotShare> share,
    Optional<Long> depth,
    String why) {}
