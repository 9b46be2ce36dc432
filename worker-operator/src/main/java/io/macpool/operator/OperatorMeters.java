package io.macpool.operator;

import io.fabric8.kubernetes.api.model.Condition;
import io.macpool.core.Observed;
import io.macpool.core.pool.Backlog;
import io.macpool.operator.cluster.ClusterBoard;
import io.macpool.operator.cluster.ClusterBoard.Entry;
import io.macpool.operator.hardware.PoolKey;
import io.macpool.operator.hardware.SlotLedger;
import io.macpool.operator.hardware.SlotLedger.Picture;
import io.macpool.operator.queue.QueuePoller;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * What the operator tells Prometheus beside its JVM: queues, clusters and hardware pools as they
 * come and go. What is unknown has no value, rather than 0.
 */
final class OperatorMeters implements AutoCloseable {

  private static final Duration REFRESH = Duration.ofSeconds(5);

  private final QueuePoller queues;
  private final ClusterBoard board;
  private final SlotLedger ledger;
  private final MultiGauge depth;
  private final MultiGauge known;
  private final MultiGauge wait;
  private final MultiGauge desired;
  private final MultiGauge running;
  private final MultiGauge alive;
  private final MultiGauge slots;
  private final MultiGauge used;
  private final MultiGauge waiting;
  private final MultiGauge age;
  private final MultiGauge conditions;
  private final MultiGauge stuck;
  private final MeterRegistry registry;
  private final List<Meter> own = new ArrayList<>();
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "operator-meters");
            made.setDaemon(true);
            return made;
          });
  private final ScheduledFuture<?> refreshing;

  OperatorMeters(
      MeterRegistry registry,
      QueuePoller queues,
      ClusterBoard board,
      SlotLedger ledger,
      Clock clock) {
    this.queues = queues;
    this.board = board;
    this.ledger = ledger;
    this.registry = registry;
    this.clock = clock;
    depth = gauge(registry, "queue.depth", "Messages in a followed queue, ready and unacked");
    known = gauge(registry, "queue.known", "1 while the depth of a followed queue can be read");
    wait = gauge(registry, "queue.wait.seconds", "Wait of the last queued job, by Little's law");
    desired = gauge(registry, "cluster.jobs.desired", "Jobs at once that a cluster may run");
    running = gauge(registry, "cluster.jobs.running", "Jobs that a cluster runs");
    alive = gauge(registry, "cluster.processors.bound", "Processors that may be alive at most");
    slots = gauge(registry, "pool.slots", "Slots of a hardware pool, the reserve left out");
    used = gauge(registry, "pool.slots.used", "Slots that processors may take, draining ones too");
    waiting = gauge(registry, "pool.jobs.waiting", "Jobs wanted beyond what the slots hold");
    age = gauge(registry, "queue.depth.age.seconds", "Time since a queue's depth was read last");
    conditions =
        gauge(
            registry,
            "cluster.condition",
            "A condition of a WorkerCluster: 1 if true, 0 if false, -1 if unknown");
    stuck = gauge(registry, "cluster.pods.stuck", "Pods of a cluster that can't start");
    board
        .refusals()
        .forEach(
            (part, count) ->
                own.add(
                    FunctionCounter.builder("operator.refusals", count, LongAdder::doubleValue)
                        .description("Rounds in which the API refused a part of a cluster")
                        .tag("part", part)
                        .register(registry)));
    own.add(
        Gauge.builder("operator.clusters", board, b -> b.entries().size())
            .description("WorkerClusters that are looked after")
            .register(registry));
    refreshing =
        thread.scheduleWithFixedDelay(
            this::refresh, REFRESH.toMillis(), REFRESH.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  /** Brings the rows up to date; also called before a scrape that must not be stale. */
  void refresh() {
    List<Row<?>> depths = new ArrayList<>();
    List<Row<?>> knowns = new ArrayList<>();
    List<Row<?>> ages = new ArrayList<>();
    queues
        .depths()
        .forEach(
            (queue, observed) -> {
              Tags tags = Tags.of("queue", queue);
              knowns.add(Row.of(tags, observed.isKnown() ? 1 : 0));
              Instant seen = observed.match(k -> k.at(), u -> u.since());
              ages.add(Row.of(tags, Duration.between(seen, clock.instant()).toMillis() / 1000.0));
              observed
                  .toOptional()
                  .ifPresent(d -> depths.add(Row.of(tags, d.ready() + d.unacked().orElse(0))));
            });
    depth.register(depths, true);
    known.register(knowns, true);
    age.register(ages, true);
    refreshConditions();
    wait.register(waits(), true);
    desired.register(rows(Entry::desired), true);
    running.register(rows(Entry::running), true);
    alive.register(rows(Entry::bound), true);
    refreshPools();
  }

  private void refreshConditions() {
    List<Row<?>> all = new ArrayList<>();
    List<Row<?>> cantStart = new ArrayList<>();
    board
        .entries()
        .forEach(
            (key, entry) -> {
              for (Condition condition : entry.conditions()) {
                Tags tags =
                    tags(key)
                        .and("condition", condition.getType(), "reason", condition.getReason());
                all.add(Row.of(tags, value(condition.getStatus())));
              }
              entry
                  .stuck()
                  .forEach(
                      (reason, pods) ->
                          cantStart.add(Row.of(tags(key).and("reason", reason), pods)));
            });
    conditions.register(all, true);
    stuck.register(cantStart, true);
  }

  private static int value(String status) {
    return switch (status) {
      case "True" -> 1;
      case "False" -> 0;
      default -> -1;
    };
  }

  private void refreshPools() {
    List<Row<?>> there = new ArrayList<>();
    List<Row<?>> taken = new ArrayList<>();
    List<Row<?>> wanted = new ArrayList<>();
    for (PoolKey pool : ledger.pools()) {
      Tags tags = Tags.of("namespace", pool.namespace(), "pool", pool.name());
      Picture picture = ledger.picture(pool);
      picture.slots().toOptional().ifPresent(known -> there.add(Row.of(tags, known)));
      taken.add(Row.of(tags, picture.used()));
      wanted.add(Row.of(tags, picture.waiting()));
    }
    slots.register(there, true);
    used.register(taken, true);
    waiting.register(wanted, true);
  }

  private List<Row<?>> rows(ToDoubleFunction<Entry> value) {
    List<Row<?>> rows = new ArrayList<>();
    board
        .entries()
        .forEach((key, entry) -> rows.add(Row.of(tags(key), value.applyAsDouble(entry))));
    return rows;
  }

  private List<Row<?>> waits() {
    List<Row<?>> rows = new ArrayList<>();
    for (Map.Entry<String, Entry> each : board.entries().entrySet()) {
      Entry entry = each.getValue();
      Optional<Observed<Backlog>> backlog = entry.backlog();
      backlog
          .flatMap(Observed::toOptional)
          .flatMap(b -> b.waitWith(entry.desired()))
          .ifPresent(w -> rows.add(Row.of(tags(each.getKey()), w.toMillis() / 1000.0)));
    }
    return rows;
  }

  private static Tags tags(String key) {
    int slash = key.indexOf('/');
    return Tags.of("namespace", key.substring(0, slash), "cluster", key.substring(slash + 1));
  }

  @Override
  public void close() {
    refreshing.cancel(true);
    thread.shutdownNow();
    // A term's end is no zero: what nobody looks at has no value.
    for (MultiGauge rows :
        List.of(
            depth,
            known,
            wait,
            desired,
            running,
            alive,
            slots,
            used,
            waiting,
            age,
            conditions,
            stuck)) {
      rows.register(List.of(), true);
    }
    own.forEach(registry::remove);
  }
}
