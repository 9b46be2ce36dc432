package io.macpool.sim.vcenter.inventory;

import io.macpool.sim.vcenter.soap.EnumValue;
import io.macpool.sim.vcenter.soap.MoRef;

/** The references that every client starts from, and the enumerations that change. */
public final class Names {

  public static final MoRef SERVICE_INSTANCE = new MoRef("ServiceInstance", "ServiceInstance");
  public static final MoRef ROOT_FOLDER = new MoRef("Folder", "group-d1");
  public static final MoRef PROPERTY_COLLECTOR =
      new MoRef("PropertyCollector", "propertyCollector");
  public static final MoRef VIEW_MANAGER = new MoRef("ViewManager", "ViewManager");
  public static final MoRef SESSION_MANAGER = new MoRef("SessionManager", "SessionManager");
  public static final MoRef SEARCH_INDEX = new MoRef("SearchIndex", "SearchIndex");
  public static final MoRef TASK_MANAGER = new MoRef("TaskManager", "TaskManager");

  public static final EnumValue POWERED_ON = new EnumValue("VirtualMachinePowerState", "poweredOn");
  public static final EnumValue POWERED_OFF =
      new EnumValue("VirtualMachinePowerState", "poweredOff");
  public static final EnumValue SUSPENDED = new EnumValue("VirtualMachinePowerState", "suspended");
  public static final EnumValue VM_CONNECTED =
      new EnumValue("VirtualMachineConnectionState", "connected");
  public static final EnumValue VM_DISCONNECTED =
      new EnumValue("VirtualMachineConnectionState", "disconnected");
  public static final EnumValue GREEN = new EnumValue("ManagedEntityStatus", "green");

  private Names() {}

  public static EnumValue machineConnection(String word) {
    return new EnumValue("VirtualMachineConnectionState", word);
  }

  public static EnumValue hostConnection(String word) {
    return new EnumValue("HostSystemConnectionState", word);
  }

  public static EnumValue taskState(String word) {
    return new EnumValue("TaskInfoState", word);
  }
}
