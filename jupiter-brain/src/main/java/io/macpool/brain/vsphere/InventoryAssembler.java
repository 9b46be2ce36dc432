package io.macpool.brain.vsphere;

import com.vmware.vim25.HostSystemConnectionState;
import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineConnectionState;
import com.vmware.vim25.VirtualMachinePowerState;
import com.vmware.vim25.VirtualMachineSnapshotInfo;
import com.vmware.vim25.VirtualMachineSnapshotTree;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.PowerState;
import java.time.Duration;
import java.time.Instant;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Builds the broker's inventory from properties as vCenter sends them. Confined to one thread; the
 * inventories that it gives out are immutable.
 */
final class InventoryAssembler {

  /** What an object is to us: that is told by the view through which it was seen. */
  enum Role {
    HOST("HostSystem", HOST_PATHS),
    IMAGE("VirtualMachine", IMAGE_PATHS),
    MACHINE("VirtualMachine", MACHINE_PATHS);

    private final String type;

    @SuppressWarnings("ImmutableEnumChecker") // List.of is
    private final List<String> paths;

    Role(String type, List<String> paths) {
      this.type = type;
      this.paths = paths;
    }

    String type() {
      return type;
    }

    List<String> paths() {
      return paths;
    }
  }

  static final String FROZEN = "runtime.instantCloneFrozen";
  static final String QUESTION = "runtime.question";

  private static final String BUILD = "summary.config.product.build";
  private static final String HARDWARE = "summary.hardware.uuid";
  private static final String PARENT = "parent";
  private static final String CONNECTION = "runtime.connectionState";
  private static final String UUID = "config.instanceUuid";
  private static final String TEMPLATE = "config.template";
  private static final String EXTRA = "config.extraConfig";

  private static final List<String> HOST_PATHS =
      List.of(
          "name",
          "runtime.connectionState",
          "runtime.inMaintenanceMode",
          "runtime.bootTime",
          "datastore",
          HARDWARE,
          BUILD);
  private static final List<String> IMAGE_PATHS =
      List.of(
          "name",
          "snapshot",
          "datastore",
          "runtime.host",
          "config.hardware.numCPU",
          "config.hardware.memoryMB");
  private static final List<String> MACHINE_PATHS =
      List.of(
          "name",
          PARENT,
          CONNECTION,
          UUID,
          TEMPLATE,
          EXTRA,
          "runtime.powerState",
          "runtime.host",
          "runtime.bootTime",
          QUESTION,
          "guest.ipAddress",
          "guest.net");

  private static final String SNAPSHOT = "base";

  private final Map<String, Map<String, Object>> properties = new HashMap<>();
  private final Map<String, Host> hosts = new HashMap<>();
  private final Map<String, Image> images = new HashMap<>();
  private final Map<String, Machine> machines = new HashMap<>();
  private final String folder;
  private Duration ahead;
  private long version;

  /**
   * @param folder the reference of the folder of clones
   * @param ahead how far vCenter's clock is ahead of ours
   */
  InventoryAssembler(long version, String folder, Duration ahead) {
    this.version = version;
    this.folder = folder;
    this.ahead = ahead;
  }

  /** True if that changes any time that is told. */
  boolean ahead(Duration now) {
    boolean changed = !now.equals(ahead);
    ahead = now;
    if (changed) {
      machines.replaceAll((ref, machine) -> machine(ref, machine.name(), known(Role.MACHINE, ref)));
      hosts.replaceAll((ref, host) -> host(ref, host.name(), known(Role.HOST, ref)));
    }
    return changed;
  }

  private Map<String, Object> known(Role role, String ref) {
    return properties.getOrDefault(role + ref, Map.of());
  }

  /** Takes in changed properties of one object; a null value is one that was removed. */
  void change(Role role, String ref, Map<String, Object> changes) {
    Map<String, Object> known = properties.computeIfAbsent(role + ref, key -> new HashMap<>());
    known.putAll(role == Role.MACHINE ? believable(known, changes) : changes);
    if (!(known.get("name") instanceof String escaped)) {
      return; // no name, no use: it follows in a later update
    }
    String name = unescape(escaped);
    switch (role) {
      case HOST -> hosts.put(ref, host(ref, name, known));
      case IMAGE -> images.put(ref, image(ref, name, known));
      case MACHINE -> machines.put(ref, machine(ref, name, known));
    }
  }

  /**
   * While vCenter can't read a VM's files it shows their path as its name, and no configuration:
   * that is no news, and what it was called before still tells it from others.
   */
  private static Map<String, Object> believable(
      Map<String, Object> known, Map<String, Object> changes) {
    Object connection = changes.getOrDefault(CONNECTION, known.get(CONNECTION));
    if (isReachable(connection) || !known.containsKey("name")) {
      return changes;
    }
    Map<String, Object> news = new HashMap<>(changes);
    news.keySet().removeAll(List.of("name", UUID, TEMPLATE, EXTRA));
    return news;
  }

  private static boolean isReachable(@Nullable Object connection) {
    return connection == null || connection == VirtualMachineConnectionState.connected;
  }

  /** Whether a machine lies where every machine is ours. */
  boolean isInFolder(String ref) {
    Machine machine = machines.get(ref);
    return machine != null && machine.sign().inFolder();
  }

  /** What a machine is called, or its reference while that is not known. */
  String machineName(String ref) {
    Machine machine = machines.get(ref);
    return machine == null ? ref : machine.name();
  }

  void remove(Role role, String ref) {
    properties.remove(role + ref);
    switch (role) {
      case HOST -> hosts.remove(ref);
      case IMAGE -> images.remove(ref);
      case MACHINE -> machines.remove(ref);
    }
  }

  /** What is known now, by nothing but vCenter's names. A VM that is an image is no machine. */
  Inventory build(Identities identities) {
    version++;
    return Inventory.of(
        version,
        hosts,
        images.values().stream()
            .collect(Collectors.toMap(Image::name, image -> image, (one, other) -> one)),
        machines.values().stream()
            .filter(machine -> !images.containsKey(machine.ref()) && !machine.sign().template())
            .toList(),
        identities);
  }

  private Host host(String ref, String name, Map<String, Object> known) {
    return new Host(
        ref,
        name,
        known.get("runtime.connectionState") == HostSystemConnectionState.connected,
        Boolean.TRUE.equals(known.get("runtime.inMaintenanceMode")),
        references(known.get("datastore")),
        known.get(HARDWARE) instanceof String uuid && !uuid.isBlank()
            ? Optional.of(uuid)
            : Optional.empty(),
        instant(known.get("runtime.bootTime"), ahead),
        new Host.Traits(
            "",
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Host.Vitals.of(
                known.get(BUILD) instanceof String build && !build.isBlank()
                    ? Optional.of("ESXi " + build)
                    : Optional.empty())));
  }

  private static Image image(String ref, String name, Map<String, Object> known) {
    Optional<String> base = snapshot(known.get("snapshot"));
    boolean frozen = Boolean.TRUE.equals(known.get(FROZEN));
    return new Image(
        name,
        ref,
        base,
        known.get("config.hardware.numCPU") instanceof Integer cpus ? cpus : 0,
        known.get("config.hardware.memoryMB") instanceof Integer megabytes ? megabytes : 0,
        references(known.get("datastore")),
        frozen,
        reference(known.get("runtime.host")),
        "",
        base.isPresent() || frozen
            ? Optional.empty()
            : Optional.of("it has no snapshot named base"));
  }

  private Machine machine(String ref, String name, Map<String, Object> known) {
    return machine(ref, name, known, folder, ahead);
  }

  /** While it can't be reached, its last state says nothing of what it does now. */
  static Machine machine(
      String ref, String name, Map<String, Object> known, String folder, Duration ahead) {
    boolean reachable = isReachable(known.get(CONNECTION));
    return new Machine(
        name,
        ref,
        reachable ? power(known.get("runtime.powerState")) : PowerState.UNKNOWN,
        GuestNetwork.addresses(known.get("guest.net"), known.get("guest.ipAddress")).stream()
            .map(Endpoint::of)
            .toList(),
        reference(known.get("runtime.host")),
        instant(known.get("runtime.bootTime"), ahead),
        new Machine.Sign(
            name,
            known.get(UUID) instanceof String uuid ? Optional.of(uuid) : Optional.empty(),
            Marks.in(known.get(EXTRA)),
            reference(known.get(PARENT)).filter(folder::equals).isPresent(),
            reachable,
            Boolean.TRUE.equals(known.get(TEMPLATE))));
  }

  /** By our clock. */
  static Optional<Instant> instant(@Nullable Object value, Duration ahead) {
    return value instanceof Calendar time
        ? Optional.of(time.toInstant().minus(ahead))
        : Optional.empty();
  }

  private static PowerState power(@Nullable Object value) {
    if (!(value instanceof VirtualMachinePowerState state)) {
      return PowerState.UNKNOWN;
    }
    return switch (state) {
      case poweredOn -> PowerState.ON;
      case poweredOff -> PowerState.OFF;
      case suspended -> PowerState.SUSPENDED;
    };
  }

  static boolean hasBaseSnapshot(@Nullable Object value) {
    return snapshot(value).isPresent();
  }

  private static Optional<String> snapshot(@Nullable Object value) {
    return value instanceof VirtualMachineSnapshotInfo info && info.rootSnapshotList != null
        ? snapshotIn(info.rootSnapshotList)
        : Optional.empty();
  }

  /** Breadth does not matter: the first one of that name, depth first. */
  private static Optional<String> snapshotIn(VirtualMachineSnapshotTree[] trees) {
    for (VirtualMachineSnapshotTree tree : trees) {
      if (SNAPSHOT.equals(tree.name) && tree.snapshot != null) {
        return Optional.of(tree.snapshot.val);
      }
      if (tree.childSnapshotList != null) {
        Optional<String> deeper = snapshotIn(tree.childSnapshotList);
        if (deeper.isPresent()) {
          return deeper;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> reference(@Nullable Object value) {
    return value instanceof ManagedObjectReference reference
        ? Optional.of(reference.val)
        : Optional.empty();
  }

  private static Set<String> references(@Nullable Object value) {
    return value instanceof ManagedObjectReference[] references
        ? Stream.of(references).map(reference -> reference.val).collect(Collectors.toSet())
        : Set.of();
  }

  /** vSphere escapes these three in names. */
  static String unescape(String name) {
    return name.replace("%2f", "/")
        .replace("%2F", "/")
        .replace("%5c", "\\")
        .replace("%5C", "\\")
        .replace("%25", "%");
  }
}
