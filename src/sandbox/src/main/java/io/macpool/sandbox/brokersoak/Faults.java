package io.macpool.sandbox.brokersoak;

import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultPlan;
import io.macpool.sim.vcenter.fault.FaultRule;
import java.time.Duration;
import java.util.List;

/** All that can go wrong with a single call to the simulated vCenter, each now and then. */
final class Faults {

  private static final double SELDOM = 0.012;

  private static final List<String> METHODS =
      List.of("CloneVM_Task", "PowerOnVM_Task", "PowerOffVM_Task", "Destroy_Task");

  private Faults() {}

  static void befall(FaultPlan plan) {
    for (String method : METHODS) {
      for (FaultAction action :
          List.of(
              new FaultAction.Fault("GenericVmConfigFault", "soak: refused"),
              new FaultAction.TaskFault("FileFault", "soak: file fault"),
              new FaultAction.Delay(Duration.ofSeconds(4)),
              new FaultAction.DropBefore(),
              new FaultAction.DropAfter(),
              new FaultAction.ExpireSession(),
              new FaultAction.Unavailable(),
              new FaultAction.Html(),
              new FaultAction.HalfAnswer())) {
        plan.add(FaultRule.sometimes(method, SELDOM, action));
      }
    }
    for (FaultAction action :
        List.of(
            new FaultAction.DropBefore(),
            new FaultAction.DropAfter(),
            new FaultAction.ExpireSession(),
            new FaultAction.Unavailable(),
            new FaultAction.Html(),
            new FaultAction.HalfAnswer())) {
      plan.add(FaultRule.sometimes("WaitForUpdatesEx", SELDOM / 10, action));
    }
  }
}
