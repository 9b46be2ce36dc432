package io.macpool.sim.vcenter.inventory;

import java.util.Map;
import java.util.Set;

/** The managed object types that we have: what they inherit from and which properties they have. */
public final class ManagedTypes {

  private static final Map<String, String> BASE =
      Map.ofEntries(
          Map.entry("VirtualMachine", "ManagedEntity"),
          Map.entry("HostSystem", "ManagedEntity"),
          Map.entry("Folder", "ManagedEntity"),
          Map.entry("Datacenter", "ManagedEntity"),
          Map.entry("ComputeResource", "ManagedEntity"),
          Map.entry("ClusterComputeResource", "ComputeResource"),
          Map.entry("ResourcePool", "ManagedEntity"),
          Map.entry("Datastore", "ManagedEntity"),
          Map.entry("Network", "ManagedEntity"),
          Map.entry("ManagedEntity", "ExtensibleManagedObject"),
          Map.entry("Task", "ExtensibleManagedObject"),
          Map.entry("VirtualMachineSnapshot", "ExtensibleManagedObject"),
          Map.entry("ContainerView", "ManagedObjectView"),
          Map.entry("ListView", "ManagedObjectView"),
          Map.entry("ManagedObjectView", "View"));

  private static final Map<String, Set<String>> OWN =
      Map.ofEntries(
          Map.entry("ExtensibleManagedObject", Set.of("availableField", "value")),
          Map.entry(
              "ManagedEntity",
              Set.of(
                  "alarmActionsEnabled",
                  "configIssue",
                  "configStatus",
                  "customValue",
                  "declaredAlarmState",
                  "disabledMethod",
                  "effectiveRole",
                  "name",
                  "overallStatus",
                  "parent",
                  "permission",
                  "recentTask",
                  "tag",
                  "triggeredAlarmState")),
          Map.entry(
              "VirtualMachine",
              Set.of(
                  "capability",
                  "config",
                  "datastore",
                  "environmentBrowser",
                  "guest",
                  "guestHeartbeatStatus",
                  "layout",
                  "layoutEx",
                  "network",
                  "parentVApp",
                  "resourceConfig",
                  "resourcePool",
                  "rootSnapshot",
                  "runtime",
                  "snapshot",
                  "storage",
                  "summary")),
          Map.entry(
              "HostSystem",
              Set.of(
                  "capability",
                  "config",
                  "configManager",
                  "datastore",
                  "datastoreBrowser",
                  "hardware",
                  "licensableResource",
                  "network",
                  "runtime",
                  "summary",
                  "systemResources",
                  "vm")),
          Map.entry(
              "ComputeResource",
              Set.of(
                  "configurationEx",
                  "datastore",
                  "environmentBrowser",
                  "host",
                  "network",
                  "resourcePool",
                  "summary")),
          Map.entry(
              "ClusterComputeResource",
              Set.of(
                  "actionHistory",
                  "configuration",
                  "drsFault",
                  "drsRecommendation",
                  "migrationHistory",
                  "recommendation",
                  "summaryEx")),
          Map.entry(
              "ResourcePool",
              Set.of(
                  "childConfiguration",
                  "config",
                  "owner",
                  "resourcePool",
                  "runtime",
                  "summary",
                  "vm")),
          Map.entry("Folder", Set.of("childEntity", "childType")),
          Map.entry(
              "Datacenter",
              Set.of(
                  "configuration",
                  "datastore",
                  "datastoreFolder",
                  "hostFolder",
                  "network",
                  "networkFolder",
                  "vmFolder")),
          Map.entry(
              "Datastore",
              Set.of(
                  "browser", "capability", "host", "info", "iormConfiguration", "summary", "vm")),
          Map.entry("Network", Set.of("host", "summary", "vm")),
          Map.entry("Task", Set.of("info")),
          Map.entry("VirtualMachineSnapshot", Set.of("childSnapshot", "config", "vm")),
          Map.entry("ManagedObjectView", Set.of("view")),
          Map.entry("ContainerView", Set.of("container", "recursive", "type")),
          Map.entry("PropertyCollector", Set.of("filter")),
          Map.entry("TaskManager", Set.of("description", "maxCollector", "recentTask")),
          Map.entry(
              "SessionManager",
              Set.of(
                  "currentSession",
                  "defaultLocale",
                  "message",
                  "messageLocaleList",
                  "sessionList",
                  "supportedLocaleList")),
          Map.entry("ServiceInstance", Set.of("capability", "content", "serverClock")),
          Map.entry("ViewManager", Set.of("viewList")));

  private ManagedTypes() {}

  /** Whether {@code type} is {@code base} or inherits from it. */
  public static boolean isA(String type, String base) {
    for (String t = type; t != null; t = BASE.get(t)) {
      if (t.equals(base)) {
        return true;
      }
    }
    return base.equals("ManagedObject");
  }

  /** Whether objects of {@code type} have a property {@code name}, set or not. */
  public static boolean hasProperty(String type, String name) {
    for (String t = type; t != null; t = BASE.get(t)) {
      if (OWN.getOrDefault(t, Set.of()).contains(name)) {
        return true;
      }
    }
    return false;
  }
}
