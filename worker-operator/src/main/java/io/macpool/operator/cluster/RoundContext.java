package io.macpool.operator.cluster;

import io.macpool.operator.api.PoolKey;
import io.macpool.operator.cluster.report.ClusterGauges;
import io.macpool.operator.cluster.report.LeaderApi;
import io.macpool.operator.control.RemoteControl;
import io.macpool.operator.hardware.SlotLedger;
import io.macpool.operator.queue.QueuePoller;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * What every cluster's round works with.
 *
 * @param missing whether there certainly is no such HardwarePool
 */
public record RoundContext(
    Options options,
    LeaderApi api,
    RemoteControl control,
    QueuePoller queues,
    SlotLedger ledger,
    ClusterGauges gauges,
    Clock clock,
    Predicate<PoolKey> missing) {

  /**
   * How rounds go.
   *
   * @param operatorName field manager of what is applied
   * @param port of the workers' remote control
   * @param interval between rounds while nothing changes
   * @param settling between rounds while pool sizes move
   */
  public record Options(String operatorName, int port, Duration interval, Duration settling) {}
}
