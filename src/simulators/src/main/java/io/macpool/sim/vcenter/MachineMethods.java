package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.session.Call;
import io.macpool.sim.vcenter.session.MethodTable;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;

/** Methods of virtual machines and tasks. */
final class MachineMethods {

  private final Machines machines;
  private final Cloning cloning;

  private MachineMethods(Machines machines, Cloning cloning) {
    this.machines = machines;
    this.cloning = cloning;
  }

  static void register(
      MethodTable table, Machines machines, Cloning cloning, Tasks tasks, Questions questions) {
    MachineMethods methods = new MachineMethods(machines, cloning);
    table.put("CloneVM_Task", methods::cloneMachine);
    table.put("InstantClone_Task", methods::instantClone);
    table.put("ReconfigVM_Task", methods::reconfigure);
    table.put("RelocateVM_Task", methods::relocate);
    table.put("PowerOnVM_Task", call -> machines.powerOn(machine(call), call.taskFault()));
    table.put("PowerOffVM_Task", call -> machines.powerOff(machine(call), call.taskFault()));
    table.put("ResetVM_Task", call -> machines.reset(machine(call), call.taskFault()));
    table.put("Destroy_Task", call -> machines.destroy(machine(call), call.taskFault()));
    table.put("MarkAsTemplate", methods::markAsTemplate);
    table.put(
        "AnswerVM",
        call -> {
          questions.answer(
              machine(call),
              call.arguments().string("questionId").orElse(""),
              call.arguments().string("answerChoice").orElse(""));
          return null;
        });
    table.put(
        "CancelTask",
        call -> {
          tasks.cancel(call.self());
          return null;
        });
  }

  private static MoRef machine(Call call) {
    if (!call.self().type().equals("VirtualMachine")) {
      throw VimFault.of("NotSupported", "The operation is not supported on the object.");
    }
    return call.self();
  }

  private Object cloneMachine(Call call) {
    return cloning.cloneMachine(
        machine(call),
        call.arguments().requiredRef("folder"),
        call.arguments().string("name").orElse(""),
        call.arguments().required("spec"),
        call.taskFault());
  }

  private Object instantClone(Call call) {
    if (!call.version().knowsInstantClone()) {
      throw VimFault.invalidRequest("Unable to resolve WSDL method name InstantClone_Task");
    }
    return cloning.instantClone(machine(call), call.arguments().required("spec"), call.taskFault());
  }

  private Object reconfigure(Call call) {
    return machines.reconfigure(machine(call), call.arguments().required("spec"), call.taskFault());
  }

  private Object relocate(Call call) {
    return machines.relocate(machine(call), call.arguments().required("spec"), call.taskFault());
  }

  private Object markAsTemplate(Call call) {
    machines.markAsTemplate(machine(call), true);
    return null;
  }
}
