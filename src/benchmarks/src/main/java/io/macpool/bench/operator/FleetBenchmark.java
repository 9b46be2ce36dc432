package io.macpool.bench.operator;

import io.macpool.bench.Benchmark;
import io.macpool.bench.MeasuredCode;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.bench.ServiceProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One operator on a whole fleet: started again, left alone, and driven by its queues. */
public final class FleetBenchmark implements Benchmark {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double GOAL_MEBIBYTES = 256;

  @Override
  public String name() {
    return "operator.fleet";
  }

  @Override
  public String about() {
    return "%d clusters, %,d pods: start, an idle minute, queue jump to PATCH, reconcile, memory"
        .formatted(Fleet.CLUSTERS, Fleet.CLUSTERS * Fleet.PODS);
  }

  @Override
  public void run(Report report) throws Exception {
    try (Fleet fleet = new Fleet()) {
      Memory without = bringUp(fleet, report);
      for (String cluster : Fleet.clusters()) {
        fleet.put(cluster, 1); // while nobody looks: what the next operator finds to do
      }
      double nothing = startOfNothing();
      CompletableFuture<Long> first = fleet.workers().whenFirstTold();
      CompletableFuture<Void> all = fleet.whenAllSized();
      long began = System.nanoTime();
      try (ServiceProcess operator = fleet.startOperator()) {
        reportStart(report, began, first, all, nothing);
        fleet.emptyQueues(PATIENCE);
        fleet.awaitQuiet(PATIENCE);
        IdleMinute.measure(fleet, operator, report);
        new QueueJumps(fleet).measure(report);
        reportReconcile(report, fleet, operator);
        Memory.of(operator).report(report, without);
      }
    }
  }

  /** What a process holds. */
  private record Memory(double heap, OptionalDouble resident) {

    static Memory of(ServiceProcess operator) throws IOException, InterruptedException {
      OptionalDouble resident = operator.resident();
      return new Memory(operator.heapLive(), resident);
    }

    void report(Report report, Memory without) {
      String what = "without any cluster";
      report.add(
          Measurement.of("operator.heap.live", heap, "MiB")
              .against(what, without.heap)
              .atMost(GOAL_MEBIBYTES));
      if (resident.isPresent() && without.resident.isPresent()) {
        report.add(
            Measurement.of("operator.resident", resident.getAsDouble(), "MiB")
                .against(what, without.resident.getAsDouble()));
      }
    }
  }

  /** Lets a first operator make the pods; returns what it held before there were any clusters. */
  private static Memory bringUp(Fleet fleet, Report report) throws Exception {
    report.progress("bringing the fleet up");
    try (ServiceProcess operator = fleet.startOperator().awaitReady("/health/ready")) {
      Memory without = Memory.of(operator);
      fleet.createClusters();
      try {
        fleet.whenAllSized().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        int pods = Fleet.CLUSTERS * Fleet.PODS;
        Fleet.await(PATIENCE, pods + " pods", () -> fleet.workers().count() == pods);
        fleet.awaitQuiet(PATIENCE);
      } catch (Exception e) {
        throw new IllegalStateException(
            fleet.workers().count() + " pods are up; the operator said: " + operator.said(), e);
      }
      return without;
    }
  }

  /** The same process, which only prints its help. */
  private static double startOfNothing() throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process help =
        new ProcessBuilder(
                ServiceProcess.java("java"),
                "-XX:+UseSerialGC",
                "-cp",
                MeasuredCode.classPath(),
                "io.macpool.operator.Main",
                "--help")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    help.waitFor();
    return (System.nanoTime() - began) / 1e6;
  }

  private static void reportStart(
      Report report,
      long began,
      CompletableFuture<Long> first,
      CompletableFuture<Void> all,
      double nothing)
      throws Exception {
    String what = "the same program that only prints its help";
    long firstAt = first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    report.add(
        Measurement.of("operator.start.first-told", (firstAt - began) / 1e6, "ms")
            .against(what, nothing));
    all.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    report.add(
        Measurement.of("operator.start.all-told", (System.nanoTime() - began) / 1e6, "ms")
            .against(what, nothing));
  }

  private static void reportReconcile(Report report, Fleet fleet, ServiceProcess operator)
      throws Exception {
    Samples asked = new BareQuestions(fleet.workers()).ask(Fleet.clusters());
    for (int percent : new int[] {50, 99}) {
      String series =
          "operator_reconcile_seconds{controller=\"workercluster\",outcome=\"done\",quantile=\"0.%s\""
              .formatted(percent == 50 ? "5" : "99");
      report.add(
          Measurement.of("operator.reconcile.p" + percent, operator.metric(series) * 1e3, "ms")
              .against("its ten workers asked at once by a bare client", asked.millis(percent)));
    }
  }
}
