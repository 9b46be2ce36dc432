package io.macpool.operator.cluster.report;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The Kubernetes API as the leader uses it. Whoever writes to it asks first whether this operator
 * still leads; what is only read or only decided does not belong here.
 *
 * @param leadership lets rounds act, until leadership is lost or given back
 * @param pause how long the API asked to be left alone, if it did
 */
public record LeaderApi(
    KubernetesClient client,
    ClusterEvents events,
    LeadershipToken leadership,
    Supplier<Optional<Duration>> pause) {}
