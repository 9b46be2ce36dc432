package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.Names;
import io.macpool.sim.vcenter.inventory.ServiceContent;
import io.macpool.sim.vcenter.options.VCenterOptions;
import io.macpool.sim.vcenter.soap.ArrayValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.EnumValue;
import io.macpool.sim.vcenter.soap.MoRef;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is there from the start: one datacenter, its folders, one cluster, hosts, datastores. */
final class InventoryLayout {

  static final String DATACENTER = "Datacenter";
  static final String CLUSTER = "Cluster";
  static final String IMAGES = "Base";
  static final String CLONES = "Clones";

  static final MoRef DATACENTER_REF = new MoRef("Datacenter", "datacenter-2");
  static final MoRef VM_FOLDER = new MoRef("Folder", "group-v3");
  static final MoRef HOST_FOLDER = new MoRef("Folder", "group-h4");
  static final MoRef DATASTORE_FOLDER = new MoRef("Folder", "group-s5");
  static final MoRef NETWORK_FOLDER = new MoRef("Folder", "group-n6");
  static final MoRef CLUSTER_REF = new MoRef("ClusterComputeResource", "domain-c7");
  static final MoRef POOL = new MoRef("ResourcePool", "resgroup-8");
  static final MoRef IMAGES_FOLDER = new MoRef("Folder", "group-v9");
  static final MoRef CLONES_FOLDER = new MoRef("Folder", "group-v10");

  private static final long MEGABYTE = 1L << 20;
  private static final short CORES_PER_PACKAGE = 6;

  private final Inventory inventory;
  private final VCenterOptions options;
  private final Map<String, MoRef> datastores = new LinkedHashMap<>();

  private InventoryLayout(Inventory inventory, VCenterOptions options) {
    this.inventory = inventory;
    this.options = options;
  }

  /** Builds everything but the images; returns the datastores by name. */
  static Map<String, MoRef> build(Inventory inventory, Hosts hosts, VCenterOptions options) {
    InventoryLayout layout = new InventoryLayout(inventory, options);
    layout.services();
    layout.folders();
    layout.datastores();
    layout.cluster(hosts);
    return layout.datastores;
  }

  private void services() {
    inventory.add(
        new ManagedObject(Names.SERVICE_INSTANCE)
            .with("content", ServiceContent.of())
            .with("serverClock", options.clock().instant()));
    inventory.add(new ManagedObject(Names.SESSION_MANAGER).with("defaultLocale", "en"));
    inventory.add(new ManagedObject(Names.TASK_MANAGER).with("maxCollector", 32));
    inventory.add(new ManagedObject(Names.VIEW_MANAGER));
    inventory.add(new ManagedObject(Names.SEARCH_INDEX));
    inventory.add(new ManagedObject(Names.PROPERTY_COLLECTOR));
  }

  private void folders() {
    folder(Names.ROOT_FOLDER, "Datacenters", null, "Datacenter");
    inventory.addEntity(
        entity(DATACENTER_REF, DATACENTER, Names.ROOT_FOLDER)
            .with("vmFolder", VM_FOLDER)
            .with("hostFolder", HOST_FOLDER)
            .with("datastoreFolder", DATASTORE_FOLDER)
            .with("networkFolder", NETWORK_FOLDER));
    folder(VM_FOLDER, "vm", DATACENTER_REF, "VirtualMachine");
    folder(HOST_FOLDER, "host", DATACENTER_REF, "ComputeResource");
    folder(DATASTORE_FOLDER, "datastore", DATACENTER_REF, "Datastore");
    folder(NETWORK_FOLDER, "network", DATACENTER_REF, "Network");
    folder(IMAGES_FOLDER, IMAGES, VM_FOLDER, "VirtualMachine");
    folder(CLONES_FOLDER, CLONES, VM_FOLDER, "VirtualMachine");
  }

  private void folder(MoRef ref, String name, MoRef parent, String childType) {
    inventory.addEntity(newFolder(ref, name, parent, childType));
  }

  static ManagedObject newFolder(MoRef ref, String name, MoRef parent, String childType) {
    ManagedObject folder =
        entity(ref, name, parent)
            .with("childType", ArrayValue.strings(List.of("Folder", childType)));
    folder.refSet("childEntity");
    return folder;
  }

  static ManagedObject entity(MoRef ref, String name, MoRef parent) {
    return new ManagedObject(ref)
        .with("name", name)
        .with("parent", parent)
        .with("overallStatus", Names.GREEN)
        .with("configStatus", Names.GREEN)
        .with("alarmActionsEnabled", true);
  }

  private void datastores() {
    int number = 0;
    for (String name : options.datastores()) {
      MoRef ref = new MoRef("Datastore", "datastore-" + (100 + number++));
      datastores.put(name, ref);
      ManagedObject datastore =
          entity(ref, name, DATASTORE_FOLDER)
              .with(
                  "summary",
                  DataObject.of(
                      "DatastoreSummary",
                      "datastore",
                      ref,
                      "name",
                      name,
                      "url",
                      "ds:///vmfs/volumes/" + name + "/",
                      "capacity",
                      1L << 42,
                      "freeSpace",
                      1L << 41,
                      "accessible",
                      true,
                      "multipleHostAccess",
                      true,
                      "type",
                      "VMFS",
                      "maintenanceMode",
                      "normal"));
      datastore.refSet("vm");
      inventory.addEntity(datastore);
      inventory.link(DATACENTER_REF, "datastore", ref);
    }
  }

  private void cluster(Hosts hosts) {
    List<MoRef> refs = new ArrayList<>();
    for (int i = 1; i <= options.hosts(); i++) {
      refs.add(new MoRef("HostSystem", "host-" + (1000 + i)));
    }
    MoRef[] stores = datastores.values().toArray(new MoRef[0]);
    int total = options.hosts();
    inventory.addEntity(
        entity(CLUSTER_REF, CLUSTER, HOST_FOLDER)
            .withRefs("host", refs.toArray(new MoRef[0]))
            .withRefs("datastore", stores)
            .with("resourcePool", POOL)
            .with(
                "summary",
                DataObject.derived(
                    "ClusterComputeResourceSummary",
                    "totalCpu",
                    total * options.hostCpus() * 3000,
                    "totalMemory",
                    MEGABYTE * total * options.hostMemoryMb(),
                    "numCpuCores",
                    (short) (total * options.hostCpus()),
                    "numCpuThreads",
                    (short) (total * options.hostCpus() * 2),
                    "effectiveCpu",
                    total * options.hostCpus() * 3000,
                    "effectiveMemory",
                    (long) total * options.hostMemoryMb(),
                    "numHosts",
                    total,
                    "numEffectiveHosts",
                    total,
                    "overallStatus",
                    Names.GREEN,
                    "currentFailoverLevel",
                    0,
                    "numVmotions",
                    0)));
    ManagedObject pool = entity(POOL, "Resources", CLUSTER_REF).with("owner", CLUSTER_REF);
    pool.refSet("vm");
    inventory.addEntity(pool);
    Instant boot = options.clock().instant();
    for (int i = 0; i < refs.size(); i++) {
      String name = String.format(Locale.ROOT, "mac-%04d.example.com", i + 1);
      host(refs.get(i), name, boot, stores);
      hosts.add(refs.get(i), name);
    }
  }

  private void host(MoRef ref, String name, Instant boot, MoRef[] stores) {
    DataObject runtime =
        DataObject.of(
            "HostRuntimeInfo",
            "connectionState",
            Names.hostConnection("connected"),
            "powerState",
            new EnumValue("HostSystemPowerState", "poweredOn"),
            "inMaintenanceMode",
            false,
            "bootTime",
            boot);
    DataObject hardware =
        DataObject.of(
            "HostHardwareSummary",
            "vendor",
            "Apple Inc.",
            "model",
            "Macmini8,1",
            "uuid",
            java.util.UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString(),
            "memorySize",
            options.hostMemoryMb() * MEGABYTE,
            "cpuModel",
            "Intel(R) Core(TM) i7-8700B CPU @ 3.20GHz",
            "cpuMhz",
            3192,
            "numCpuPkgs",
            (short) Math.max(1, options.hostCpus() / CORES_PER_PACKAGE),
            "numCpuCores",
            (short) options.hostCpus(),
            "numCpuThreads",
            (short) (options.hostCpus() * 2),
            "numNics",
            2,
            "numHBAs",
            1);
    ManagedObject host =
        entity(ref, name, CLUSTER_REF)
            .with("runtime", runtime)
            .withRefs("datastore", stores)
            .with(
                "summary",
                DataObject.of(
                    "HostListSummary",
                    "host",
                    ref,
                    "hardware",
                    hardware,
                    "runtime",
                    runtime,
                    "config",
                    DataObject.of(
                        "HostConfigSummary",
                        "name",
                        name,
                        "port",
                        443,
                        "product",
                        DataObject.of(
                            "AboutInfo",
                            "name",
                            "VMware ESXi",
                            "fullName",
                            "VMware ESXi 7.0.3 build-20328353",
                            "vendor",
                            "VMware, Inc.",
                            "version",
                            "7.0.3",
                            "build",
                            "20328353",
                            "osType",
                            "vmnix-x86",
                            "productLineId",
                            "embeddedEsx",
                            "apiType",
                            "HostAgent",
                            "apiVersion",
                            "7.0.3.0"),
                        "faultToleranceEnabled",
                        false),
                    "quickStats",
                    DataObject.of("HostListSummaryQuickStats"),
                    "overallStatus",
                    Names.GREEN,
                    "rebootRequired",
                    false));
    host.refSet("vm");
    inventory.addEntity(host);
  }
}
