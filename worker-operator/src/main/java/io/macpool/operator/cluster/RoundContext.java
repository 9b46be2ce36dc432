package io.macpool.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.operator.api.PoolKey;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.ClusterGauges;
import io.macpool.operator.cluster.report.LeadershipToken;
import io.macpool.operator.control.RemoteControl;
import io.macpool.operator.hardware.SlotLedger;
import io.macpool.operator.queue.QueuePoller;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What every cluster's round works with.
 *
 * @param port of the workers' remote control
 * @param operatorName field manager of what is applied
 * @param interval between rounds while nothing changes
 * @param settling between rounds while pool sizes move
 * @param leadership lets rounds act, until leadership is lost or given back
 * @param apiAsks how long the API asked to be left alone, if it did
 * @param missing whether there certainly is no such HardwarePool
 */
public record RoundContext(
    KubernetesClient client,
    RemoteControl control,
    QueuePoller queues,
    SlotLedger ledger,
    ClusterEvents events,
    ClusterGauges gauges,
    Clock clock,
    int port,
    String operatorName,
    Duration interval,
    Duration settling,
    LeadershipToken leadership,
    Supplier<Optional<Duration>> apiAsks,
    Predicate<PoolKey> missing) {}
