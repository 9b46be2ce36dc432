package io.macpool.operator;

import io.macpool.operator.hardware.HardwarePoolReconciler;
import io.macpool.operator.hardware.SlotLedger;
import io.macpool.operator.queue.QueuePoller;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What the operator tells Prometheus beside its JVM. */
final class OperatorMeters {

  private OperatorMeters() {}

  static void bind(
      MeterRegistry registry, QueuePoller queues, SlotLedger ledger, HardwarePoolReconciler pools) {
    Gauge.builder("operator.queues.followed", queues, poller -> poller.depths().size())
        .description("Queues whose depth is followed")
        .register(registry);
  }
}
