package io.macpool.operator.cluster;

import io.macpool.operator.cluster.pod.PodTrouble;
import io.macpool.operator.cluster.report.Refusals;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What surrounds a round and is none of its plan.
 *
 * @param paused whether a person wants nothing to be changed
 * @param refusals what the API does not take
 * @param credential why the credential can't be used, if it can't
 * @param overlaps clusters that select the same pods
 * @param replicasWriter who writes the Deployment's replicas against us, while theirs stand
 * @param creation why Kubernetes makes no pods, if it does not
 * @param stuckSince when each pod that can't start was first seen so
 * @param poolMissing whether there is no such HardwarePool
 */
record RoundInputs(
    boolean paused,
    Refusals refusals,
    Optional<String> credential,
    SortedSet<String> overlaps,
    Optional<String> replicasWriter,
    Optional<PodTrouble> creation,
    Map<String, Instant> stuckSince,
    boolean poolMissing) {}
