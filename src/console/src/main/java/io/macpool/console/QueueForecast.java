package io.macpool.console;

import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.console.ClusterState.Cluster;
import io.macpool.console.ClusterState.Grant;
import io.macpool.core.forecast.ForecastCalibration;
import io.macpool.core.forecast.QueueState;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitReason;
import io.macpool.core.pool.Stall;
import io.macpool.core.usage.SlotUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Foretells waits in a cluster's queue by what can be seen of the pool. Run times and ages are
 * those of the whole pool's instances, as an instance does not tell its cluster.
 */
final class QueueForecast {

  private QueueForecast() {}

  /** The wait of the job at a position of a cluster's queue. */
  static WaitForecast at(
      int position,
      Cluster cluster,
      Optional<Grant> grant,
      Optional<BrokerState> broker,
      List<Duration> runTimes,
      Instant now) {
    if (cluster.depth().isEmpty() || cluster.limit().isEmpty() || cluster.running().isEmpty()) {
      return new WaitForecast.NoGround(
          new WaitReason.QueueUnknown("the operator's status does not tell it", now));
    }
    int limit = cluster.limit().get();
    QueueState queue =
        new QueueState(
            limit,
            ages(cluster.running().get(), broker, now),
            runTimes,
            reason(cluster, limit, grant, broker));
    return WaitForecast.at(queue, ForecastCalibration.none(), position);
  }

  private static WaitReason reason(
      Cluster cluster, int limit, Optional<Grant> grant, Optional<BrokerState> broker) {
    if (limit == 0) {
      boolean byPerson = cluster.maxJobs().equals(Optional.of(0));
      return new WaitReason.NoneMayRun(byPerson ? Stall.MAX_JOBS_IS_ZERO : Stall.LIMIT_IS_ZERO);
    }
    Optional<Grant> scarce = grant.filter(each -> each.share() < each.wanted());
    if (scarce.isPresent()) {
      return new WaitReason.ShareOfPool(scarce.get().share(), scarce.get().wanted());
    }
    int away =
        (int)
            broker.stream()
                .flatMap(state -> state.hosts().stream())
                .filter(QueueForecast::takesNothing)
                .count();
    boolean full = broker.filter(state -> state.capacity().slots().free() == 0).isPresent();
    return full && away > 0 ? new WaitReason.HostsDrained(away) : new WaitReason.AtItsLimit(limit);
  }

  private static boolean takesNothing(HostInfo host) {
    return BrokerState.whenEmpty(host) != SlotUse.IDLE;
  }

  /** As many ages as jobs run, spread over those that instances in use have. */
  private static List<Duration> ages(int running, Optional<BrokerState> broker, Instant now) {
    List<Duration> known =
        broker.stream()
            .flatMap(state -> state.instances().stream())
            .filter(each -> BrokerState.useOf(each) == SlotUse.BUSY && each.createdAt() != null)
            .map(Instance::createdAt)
            .map(created -> Duration.between(created, now))
            .map(age -> age.isNegative() ? Duration.ZERO : age)
            .sorted()
            .toList();
    List<Duration> ages = new ArrayList<>();
    for (int i = 0; i < running; i++) {
      ages.add(known.isEmpty() ? Duration.ZERO : known.get(i * known.size() / running));
    }
    return ages;
  }
}
