package io.macpool.bench.planners;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the planners' JMH benchmarks and holds each against its one pass. */
public final class PlannersBenchmark implements Benchmark {

  private static final String ONE_PASS = "OnePass";

  @Override
  public String name() {
    return "planners";
  }

  @Override
  public String about() {
    return "the pure planners: 1,000 hosts, 2,000 instances, 100 clusters, 100 pods";
  }

  @Override
  public void run(Report report) throws Exception {
    Map<String, Double> micros = new TreeMap<>();
    for (RunResult result :
        new Runner(
                new OptionsBuilder()
                    .include(FleetPlanners.class.getName())
                    .include(PoolPlanners.class.getName())
                    .mode(Mode.AverageTime)
                    .timeUnit(TimeUnit.MICROSECONDS)
                    .forks(1)
                    .warmupIterations(2)
                    .warmupTime(TimeValue.milliseconds(500))
                    .measurementIterations(3)
                    .measurementTime(TimeValue.milliseconds(500))
                    .verbosity(VerboseMode.SILENT)
                    .shouldFailOnError(true)
                    .build())
            .run()) {
      micros.put(result.getPrimaryResult().getLabel(), result.getPrimaryResult().getScore());
    }
    micros.forEach(
        (planner, took) -> {
          if (!planner.endsWith(ONE_PASS)) {
            report.add(
                Measurement.of("planners." + dashed(planner), took, "us/plan")
                    .against("one pass over the same values", micros.get(planner + ONE_PASS)));
          }
        });
  }

  private static String dashed(String camel) {
    return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
