package io.macpool.bench.operator;

import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How long a cluster takes from jobs that come into its queue to the last of its ten pods that is
 * told its new size.
 */
final class QueueJumps {

  private static final int JOBS = 10;
  private static final int SINGLE_ROUNDS = 2;
  private static final Duration BETWEEN_SINGLES = Duration.ofMillis(75);
  private static final int CROWDS = 5;
  private static final double GOAL_SINGLE_MILLIS = 250;
  private static final double GOAL_ALL_MILLIS = 1_000;
  private static final double POLL_MILLIS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Fleet fleet;

  /** Fixed, so that runs can be compared. */
  private final Random random = new Random(7);

  QueueJumps(Fleet fleet) {
    this.fleet = fleet;
  }

  void measure(Report report) throws Exception {
    report.progress("one cluster after another");
    Samples single = new Samples();
    for (int i = 0; i < SINGLE_ROUNDS; i++) {
      single.addAll(jump(BETWEEN_SINGLES));
    }
    report(report, "operator.latency.single", single, GOAL_SINGLE_MILLIS);
    report.progress("all clusters at once");
    Samples crowd = new Samples();
    for (int i = 0; i < CROWDS; i++) {
      // At any moment of the operator's second.
      TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
      crowd.addAll(jump(Duration.ZERO));
    }
    report(report, "operator.latency.all", crowd, GOAL_ALL_MILLIS);
  }

  /** Every cluster's queue once, in random order. */
  private Samples jump(Duration between) throws Exception {
    List<String> order = new ArrayList<>(Fleet.clusters());
    Collections.shuffle(order, random);
    List<CompletableFuture<Long>> jumps = new ArrayList<>();
    for (String cluster : order) {
      CompletableFuture<Long> told =
          fleet.workers().whenSized(cluster, fleet.depth(cluster) + JOBS);
      long began = System.nanoTime();
      jumps.add(told.thenApply(at -> at - began));
      fleet.put(cluster, JOBS);
      TimeUnit.MILLISECONDS.sleep(between.toMillis());
    }
    Samples samples = new Samples();
    for (CompletableFuture<Long> jump : jumps) {
      samples.add(jump.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
    return samples;
  }

  private static void report(Report report, String name, Samples samples, double goal) {
    String what = "the interval at which depths are read";
    report.add(Measurement.of(name + ".p50", samples.millis(50), "ms").against(what, POLL_MILLIS));
    report.add(
        Measurement.of(name + ".p99", samples.millis(99), "ms")
            .against(what, POLL_MILLIS)
            .atMost(goal));
  }
}
