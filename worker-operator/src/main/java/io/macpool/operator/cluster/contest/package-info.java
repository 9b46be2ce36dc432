/**
 * Who else writes fields that are ours: how they are taken over, and when they are left alone.
 * Entries: {@link io.macpool.operator.cluster.contest.ReplicasContest} and {@link
 * io.macpool.operator.cluster.contest.FieldTakeover}.
 *
 * <p>Invariants: no fight: a foreign write is undone once, in order, and then stands for a while;
 * metadata and subresources stay with whom they belong to.
 */
@NullMarked
package io.macpool.operator.cluster.contest;

import org.jspecify.annotations.NullMarked;
