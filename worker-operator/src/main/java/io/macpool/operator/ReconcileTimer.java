package io.macpool.operator;

import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Times every reconciliation, those that end in an exception as well. */
final class ReconcileTimer implements Metrics {

  private final MeterRegistry registry;

  ReconcileTimer(MeterRegistry registry) {
    this.registry = registry;
    // There from the start: a counter that appears with its first event hides it from rate().
    for (String controller : new String[] {"workercluster", "hardwarepool"}) {
      timer(controller, "done");
      timer(controller, "failed");
    }
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    Timer.Sample sample = Timer.start(registry);
    String outcome = "failed";
    try {
      T result = execution.execute();
      outcome = "done";
      return result;
    } finally {
      sample.stop(timer(execution.controllerName(), outcome));
    }
  }

  private Timer timer(String controller, String outcome) {
    return Timer.builder("operator.reconcile")
        .description("Time that a reconciliation took, of the last minutes in the quantiles")
        .tag("controller", controller)
        .tag("outcome", outcome)
        .publishPercentiles(0.5, 0.99)
        .register(registry);
  }
}
