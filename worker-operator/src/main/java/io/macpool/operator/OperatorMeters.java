package io.macpool.operator;

import io.fabric8.kubernetes.api.model.Condition;
import io.macpool.core.Observed;
import io.macpool.core.pool.Backlog;
import io.macpool.operator.api.PoolKey;
import io.macpool.operator.cluster.report.ClusterGauges;
import io.macpool.operator.cluster.report.ClusterGauges.Entry;
import io.macpool.operator.hardware.SlotLedger;
import io.macpool.operator.hardware.SlotLedger.Picture;
import io.macpool.operator.queue.QueuePoller;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the operator tells Prometheus beside its JVM: queues, clusters and hardware pools as they
 * come and go. What is unknown has no value, rather than 0.
 *
 * <p>Gauges are made when they are asked for, from what is in memory then: none is older than the
 * last round, and a scrape asks nobody. What nobody looks at, before a term and after it, has no
 * value.
 */
final class OperatorMeters implements MultiCollector, AutoCloseable {

  private final PrometheusMeterRegistry registry;
  private final QueuePoller queues;
  private final ClusterGauges gauges;
  private final SlotLedger ledger;
  private final Clock clock;
  private final List<Meter> own = new ArrayList<>();

  OperatorMeters(
      PrometheusMeterRegistry registry,
      QueuePoller queues,
      ClusterGauges gauges,
      SlotLedger ledger,
      Clock clock) {
    this.registry = registry;
    this.queues = queues;
    this.gauges = gauges;
    this.ledger = ledger;
    this.clock = clock;
    gauges
        .refusals()
        .forEach(
            (part, count) ->
                own.add(
                    FunctionCounter.builder("operator.refusals", count, LongAdder::doubleValue)
                        .description("Rounds in which the API refused a part of a cluster")
                        .tag("part", part)
                        .register(registry)));
    own.add(
        Gauge.builder("operator.clusters", gauges, b -> b.entries().size())
            .description("WorkerClusters that are looked after")
            .register(registry));
    registry.getPrometheusRegistry().register(this);
  }

  /** The rows of one gauge as they are now. */
  private record Rows(GaugeSnapshot.Builder gauge) {

    static Rows of(String name, String help) {
      return new Rows(GaugeSnapshot.builder().name(name).help(help));
    }

    void add(Labels labels, double value) {
      gauge.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build());
    }

    GaugeSnapshot build() {
      return gauge.build();
    }
  }

  @Override
  public MetricSnapshots collect() {
    List<GaugeSnapshot> all = new ArrayList<>();
    all.addAll(ofQueues());
    all.addAll(ofClusters());
    all.addAll(ofPools());
    return new MetricSnapshots(all.toArray(GaugeSnapshot[]::new));
  }

  private List<GaugeSnapshot> ofQueues() {
    Rows depth = Rows.of("queue_depth", "Messages in a followed queue, ready and unacked");
    Rows known = Rows.of("queue_known", "1 while the depth of a followed queue can be read");
    Rows age = Rows.of("queue_depth_age_seconds", "Time since a queue's depth was read last");
    Instant now = clock.instant();
    queues
        .depths()
        .forEach(
            (queue, observed) -> {
              Labels labels = Labels.of("queue", queue);
              known.add(labels, observed.isKnown() ? 1 : 0);
              Instant seen = observed.match(k -> k.at(), u -> u.since());
              age.add(labels, seconds(Duration.between(seen, now)));
              observed
                  .toOptional()
                  .ifPresent(d -> depth.add(labels, d.ready() + (double) d.unacked().orElse(0)));
            });
    return List.of(depth.build(), known.build(), age.build());
  }

  private List<GaugeSnapshot> ofClusters() {
    Rows desired = Rows.of("cluster_jobs_desired", "Jobs at once that a cluster may run");
    Rows running = Rows.of("cluster_jobs_running", "Jobs that a cluster runs");
    Rows bound = Rows.of("cluster_processors_bound", "Processors that may be alive at most");
    Rows wait = Rows.of("queue_wait_seconds", "Wait of the last queued job, by Little's law");
    Rows conditions =
        Rows.of(
            "cluster_condition",
            "A condition of a WorkerCluster: 1 if true, 0 if false, -1 if unknown");
    Rows stuck = Rows.of("cluster_pods_stuck", "Pods of a cluster that can't start");
    gauges
        .entries()
        .forEach(
            (key, entry) -> {
              Labels labels = labels(key);
              desired.add(labels, entry.desired());
              running.add(labels, entry.running());
              bound.add(labels, entry.bound());
              wait(entry).ifPresent(w -> wait.add(labels, seconds(w)));
              for (Condition condition : entry.conditions()) {
                conditions.add(
                    labels
                        .add("condition", condition.getType())
                        .add("reason", condition.getReason()),
                    value(condition.getStatus()));
              }
              entry
                  .stuck()
                  .forEach((reason, pods) -> stuck.add(labels.add("reason", reason), pods));
            });
    return List.of(
        desired.build(),
        running.build(),
        bound.build(),
        wait.build(),
        conditions.build(),
        stuck.build());
  }

  private static Optional<Duration> wait(Entry entry) {
    return entry
        .backlog()
        .flatMap(Observed::toOptional)
        .flatMap((Backlog backlog) -> backlog.waitWith(entry.desired()));
  }

  private List<GaugeSnapshot> ofPools() {
    Rows slots = Rows.of("pool_slots", "Slots of a hardware pool, the reserve left out");
    Rows used = Rows.of("pool_slots_used", "Slots that processors may take, draining ones too");
    Rows waiting = Rows.of("pool_jobs_waiting", "Jobs wanted beyond what the slots hold");
    for (PoolKey pool : ledger.pools()) {
      Labels labels = Labels.of("namespace", pool.namespace(), "pool", pool.name());
      Picture picture = ledger.picture(pool);
      picture.slots().toOptional().ifPresent(known -> slots.add(labels, known));
      used.add(labels, picture.used());
      waiting.add(labels, picture.waiting());
    }
    return List.of(slots.build(), used.build(), waiting.build());
  }

  private static int value(String status) {
    return switch (status) {
      case "True" -> 1;
      case "False" -> 0;
      default -> -1;
    };
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  private static Labels labels(String key) {
    int slash = key.indexOf('/');
    return Labels.of("namespace", key.substring(0, slash), "cluster", key.substring(slash + 1));
  }

  @Override
  public void close() {
    registry.getPrometheusRegistry().unregister(this);
    own.forEach(registry::remove);
  }
}
