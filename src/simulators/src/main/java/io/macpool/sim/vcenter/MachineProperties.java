package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.soap.AnyValue;
import io.macpool.sim.vcenter.soap.ArrayValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.EnumValue;
import io.macpool.sim.vcenter.soap.MoRef;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** How a virtual machine's state shows in its properties. */
final class MachineProperties {

  private static final String GUEST_ID = "darwin20_64Guest";
  private static final String GUEST_NAME = "Apple macOS 11 (64-bit)";

  private MachineProperties() {}

  static DataObject config(Machine machine, Instant modified) {
    String path = "[" + machine.datastoreName + "] " + machine.name + "/" + machine.name + ".vmx";
    List<DataObject> extra = new ArrayList<>();
    for (Map.Entry<String, String> entry : machine.extraConfig.entrySet()) {
      extra.add(
          DataObject.of(
              "OptionValue", "key", entry.getKey(), "value", new AnyValue(entry.getValue())));
    }
    return DataObject.of(
        "VirtualMachineConfigInfo",
        "changeVersion",
        modified.toString(),
        "modified",
        modified,
        "createDate",
        machine.createdAt,
        "name",
        machine.name,
        "guestFullName",
        GUEST_NAME,
        "version",
        "vmx-19",
        "uuid",
        uuid(machine, "bios"),
        "instanceUuid",
        uuid(machine, "instance"),
        "template",
        machine.template,
        "guestId",
        GUEST_ID,
        "alternateGuestName",
        "",
        "annotation",
        machine.annotation,
        "files",
        DataObject.of("VirtualMachineFileInfo", "vmPathName", path),
        "hardware",
        DataObject.of(
            "VirtualHardware",
            "numCPU",
            machine.cpus,
            "numCoresPerSocket",
            1,
            "memoryMB",
            machine.memoryMb,
            "device",
            new ArrayValue("VirtualDevice", List.of(disk(machine)))),
        "cpuHotAddEnabled",
        false,
        "memoryHotAddEnabled",
        false,
        "extraConfig",
        new ArrayValue("OptionValue", extra));
  }

  private static DataObject disk(Machine machine) {
    DataObject parent =
        machine.diskParent.isEmpty()
            ? null
            : DataObject.of(
                "VirtualDiskFlatVer2BackingInfo",
                "fileName",
                machine.diskParent,
                "diskMode",
                "persistent");
    return DataObject.derived(
        "VirtualDisk",
        "key",
        2000,
        "backing",
        DataObject.derived(
            "VirtualDiskFlatVer2BackingInfo",
            "fileName",
            machine.diskFile(),
            "diskMode",
            "persistent",
            "parent",
            parent),
        "controllerKey",
        1000,
        "unitNumber",
        0,
        "capacityInKB",
        104_857_600L);
  }

  private static String uuid(Machine machine, String kind) {
    return UUID.nameUUIDFromBytes((kind + machine.identity).getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  static DataObject runtime(Machine machine) {
    return DataObject.of(
        "VirtualMachineRuntimeInfo",
        "host",
        machine.host,
        "connectionState",
        Names.VM_CONNECTED,
        "powerState",
        machine.poweredOn ? Names.POWERED_ON : Names.POWERED_OFF,
        "faultToleranceState",
        new EnumValue("VirtualMachineFaultToleranceState", "notConfigured"),
        "toolsInstallerMounted",
        false,
        "numMksConnections",
        0,
        "recordReplayState",
        new EnumValue("VirtualMachineRecordReplayState", "inactive"),
        "onlineStandby",
        false,
        "consolidationNeeded",
        false,
        "instantCloneFrozen",
        machine.frozen);
  }

  /** The guest's side; a null address means that it does not run or has not reported yet. */
  static DataObject guest(Machine machine, String address) {
    boolean up = address != null;
    DataObject nic = null;
    if (up) {
      nic =
          DataObject.of(
              "GuestNicInfo",
              "network",
              "VM Network",
              "ipAddress",
              ArrayValue.strings(List.of(address)),
              "macAddress",
              mac(machine),
              "connected",
              true,
              "deviceConfigId",
              4000);
    }
    return DataObject.of(
        "GuestInfo",
        "toolsStatus",
        new EnumValue("VirtualMachineToolsStatus", up ? "toolsOk" : "toolsNotRunning"),
        "toolsVersionStatus",
        "guestToolsCurrent",
        "toolsRunningStatus",
        up ? "guestToolsRunning" : "guestToolsNotRunning",
        "guestId",
        up ? GUEST_ID : null,
        "guestFamily",
        up ? "darwinGuestFamily" : null,
        "guestFullName",
        up ? GUEST_NAME : null,
        "hostName",
        up ? "Traviss-Mac.local" : null,
        "ipAddress",
        address,
        "net",
        nic == null ? null : new ArrayValue("GuestNicInfo", List.of(nic)),
        "guestState",
        up ? "running" : "notRunning",
        "appHeartbeatStatus",
        "appStatusGray");
  }

  private static String mac(Machine machine) {
    int number = machine.number;
    return String.format(
        Locale.ROOT,
        "00:50:56:%02x:%02x:%02x",
        0x80 | ((number >> 16) & 0x3f),
        (number >> 8) & 0xff,
        number & 0xff);
  }

  static DataObject summary(
      Machine machine, DataObject config, DataObject runtime, DataObject guest) {
    return DataObject.of(
        "VirtualMachineSummary",
        "vm",
        machine.ref,
        "runtime",
        runtime,
        "guest",
        DataObject.of(
            "VirtualMachineGuestSummary",
            "guestId",
            guest.get("guestId"),
            "guestFullName",
            guest.get("guestFullName"),
            "toolsStatus",
            guest.get("toolsStatus"),
            "toolsVersionStatus",
            guest.get("toolsVersionStatus"),
            "toolsRunningStatus",
            guest.get("toolsRunningStatus"),
            "hostName",
            guest.get("hostName"),
            "ipAddress",
            guest.get("ipAddress")),
        "config",
        DataObject.of(
            "VirtualMachineConfigSummary",
            "name",
            machine.name,
            "template",
            machine.template,
            "vmPathName",
            config == null ? "" : ((DataObject) config.get("files")).get("vmPathName"),
            "memorySizeMB",
            machine.memoryMb,
            "numCpu",
            machine.cpus,
            "uuid",
            config == null ? null : config.get("uuid"),
            "instanceUuid",
            config == null ? null : config.get("instanceUuid"),
            "guestId",
            GUEST_ID,
            "guestFullName",
            GUEST_NAME,
            "annotation",
            machine.annotation),
        "quickStats",
        DataObject.of("VirtualMachineQuickStats", "guestHeartbeatStatus", Names.GREEN),
        "overallStatus",
        Names.GREEN);
  }

  /** The snapshot tree of a chain of snapshots, each the child of the one before. */
  static DataObject snapshots(Machine machine, Instant created) {
    DataObject tree = null;
    MoRef current = null;
    List<Map.Entry<String, MoRef>> chain = new ArrayList<>(machine.snapshots.entrySet());
    for (int i = chain.size() - 1; i >= 0; i--) {
      Map.Entry<String, MoRef> snapshot = chain.get(i);
      current = current == null ? snapshot.getValue() : current;
      tree =
          DataObject.of(
              "VirtualMachineSnapshotTree",
              "snapshot",
              snapshot.getValue(),
              "vm",
              machine.ref,
              "name",
              snapshot.getKey(),
              "description",
              "",
              "id",
              i + 1,
              "createTime",
              created,
              "state",
              Names.POWERED_OFF,
              "quiesced",
              false,
              "childSnapshotList",
              tree == null ? null : new ArrayValue("VirtualMachineSnapshotTree", List.of(tree)),
              "replaySupported",
              false);
    }
    return tree == null
        ? null
        : DataObject.of(
            "VirtualMachineSnapshotInfo",
            "currentSnapshot",
            current,
            "rootSnapshotList",
            new ArrayValue("VirtualMachineSnapshotTree", List.of(tree)));
  }
}
