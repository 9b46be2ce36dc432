package io.macpool.console.watch;

import io.macpool.broker.HostInfo;
import io.macpool.broker.Instance;
import io.macpool.console.forecast.ForecastLog;
import io.macpool.console.jobs.JobHistory;
import io.macpool.console.watch.ClusterState.Cluster;
import io.macpool.console.watch.ClusterState.Grant;
import io.macpool.core.forecast.ForecastCalibration;
import io.macpool.core.forecast.QueueState;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitReason;
import io.macpool.core.pool.Stall;
import io.macpool.core.usage.SlotUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Foretells waits in a cluster's queue by what can be seen of the pool, and by how earlier
 * forecasts held. Run times are those of the queue's own jobs, or of the whole pool's instances
 * while too few are known; ages are those of all instances, as one does not tell its cluster.
 */
public final class QueueForecast {

  /** Who is further back is told when this one starts. */
  private static final int FURTHEST_POSITION = 10_000;

  private static final int RUN_TIMES = 200;

  private final PoolHistory history;
  private final JobHistory jobs;
  private final ForecastLog log;

  public QueueForecast(PoolHistory history, JobHistory jobs, ForecastLog log) {
    this.history = history;
    this.jobs = jobs;
    this.log = log;
  }

  /** Of the job that comes next in each cluster's queue. */
  public Map<String, WaitForecast> ofNext(
      ClusterState clusters, Optional<BrokerState> broker, Instant now) {
    Map<String, WaitForecast> forecasts = new HashMap<>();
    clusters
        .clusters()
        .forEach(cluster -> forecasts.put(cluster.name(), ofNext(cluster, clusters, broker, now)));
    return forecasts;
  }

  private WaitForecast ofNext(
      Cluster cluster, ClusterState clusters, Optional<BrokerState> broker, Instant now) {
    int position =
        cluster.waiting().map(each -> (int) Math.min(each + 1, FURTHEST_POSITION)).orElse(1);
    List<Duration> own =
        cluster.queue().map(queue -> jobs.runTimes(queue, RUN_TIMES)).orElse(List.of());
    return at(
        position,
        cluster,
        clusters.grantOf(cluster),
        broker,
        own.size() < WaitForecast.RUN_TIMES_NEEDED ? history.runTimes(RUN_TIMES) : own,
        cluster.queue().map(log::learned).orElse(ForecastCalibration.none()),
        now);
  }

  /** Keeps what is foretold now, so that it can be held against what comes. */
  public void tell(ClusterState clusters, Optional<BrokerState> broker, Instant now) {
    for (Cluster cluster : clusters.clusters()) {
      cluster
          .queue()
          .filter(queue -> log.isDue(queue, now))
          .ifPresent(queue -> log.tell(queue, ofNext(cluster, clusters, broker, now), now));
    }
  }

  /** The wait of the job at a position of a cluster's queue. */
  public static WaitForecast at(
      int position,
      Cluster cluster,
      Optional<Grant> grant,
      Optional<BrokerState> broker,
      List<Duration> runTimes,
      ForecastCalibration learned,
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
    return WaitForecast.at(queue, learned, position);
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
