package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.soap.EnumValue;
import io.macpool.sim.vcenter.soap.MoRef;

/** The references that every client starts from, and the enumerations that change. */
final class Names {

  static final MoRef SERVICE_INSTANCE = new MoRef("ServiceInstance", "ServiceInstance");
  static final MoRef ROOT_FOLDER = new MoRef("Folder", "group-d1");
  static final MoRef PROPERTY_COLLECTOR = new MoRef("PropertyCollector", "propertyCollector");
  static final MoRef VIEW_MANAGER = new MoRef("ViewManager", "ViewManager");
  static final MoRef SESSION_MANAGER = new MoRef("SessionManager", "SessionManager");
  static final MoRef SEARCH_INDEX = new MoRef("SearchIndex", "SearchIndex");
  static final MoRef TASK_MANAGER = new MoRef("TaskManager", "TaskManager");

  static final EnumValue POWERED_ON = new EnumValue("VirtualMachinePowerState", "poweredOn");
  static final EnumValue POWERED_OFF = new EnumValue("VirtualMachinePowerState", "poweredOff");
  static final EnumValue SUSPENDED = new EnumValue("VirtualMachinePowerState", "suspended");
  static final EnumValue VM_CONNECTED = new EnumValue("VirtualMachineConnectionState", "connected");
  static final EnumValue VM_DISCONNECTED =
      new EnumValue("VirtualMachineConnectionState", "disconnected");
  static final EnumValue GREEN = new EnumValue("ManagedEntityStatus", "green");

  private Names() {}

  static EnumValue machineConnection(String word) {
    return new EnumValue("VirtualMachineConnectionState", word);
  }

  static EnumValue hostConnection(String word) {
    return new EnumValue("HostSystemConnectionState", word);
  }

  static EnumValue taskState(String word) {
    return new EnumValue("TaskInfoState", word);
  }
}
