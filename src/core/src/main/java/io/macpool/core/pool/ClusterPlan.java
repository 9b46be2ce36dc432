package io.macpool.core.pool;

import java.util.SortedSet;

/**
 * What to do with one cluster's pods.
 *
 * @param sizes for each pod
 * @param retiring pods that are given up: drained first
 * @param drained those of them that hold nothing any more and may go
 * @param replicas pods that the Deployment is to have: what is wanted, and those that still drain
 */
public record ClusterPlan(
    PoolSizePlan sizes, SortedSet<String> retiring, SortedSet<String> drained, int replicas) {}
