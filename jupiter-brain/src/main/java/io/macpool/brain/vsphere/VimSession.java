package io.macpool.brain.vsphere;

import com.vmware.vim25.DynamicProperty;
import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.MissingProperty;
import com.vmware.vim25.ObjectContent;
import com.vmware.vim25.ObjectSpec;
import com.vmware.vim25.PropertyFilterSpec;
import com.vmware.vim25.PropertySpec;
import com.vmware.vim25.RetrieveOptions;
import com.vmware.vim25.RetrieveResult;
import com.vmware.vim25.ServiceContent;
import com.vmware.vim25.VimPortType;
import io.macpool.brain.vsphere.access.InventoryPaths;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.fault.TransportException;
import io.macpool.brain.vsphere.fault.UnknownFault;
import io.macpool.brain.vsphere.soap.VimClient;
import io.macpool.service.setting.Secret;
import java.rmi.RemoteException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Scanner;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One login and what it found: the folders and the pool by their paths. A session that ended is
 * replaced by a new object, never mended.
 */
final class VimSession {

  /** The newest version that we speak: it has instant clones. */
  private static final String SPOKEN = "6.7";

  private static final Logger log = LoggerFactory.getLogger(VimSession.class);
  private static final Duration CLOCK_EVERY = Duration.ofMinutes(5);

  /** Smaller differences are the time that calls take. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  /** Of a property in an answer's list of missing ones: any other fault may pass by itself. */
  private static final Set<String> UNREADABLE =
      Set.of("NotAuthenticated", "NoPermission", "InvalidProperty");

  /** What the configured paths led to. */
  private record Places(
      ManagedObjectReference base,
      ManagedObjectReference machines,
      ManagedObjectReference cluster,
      ManagedObjectReference pool) {}

  private final VimClient client;
  private final VimPortType vim;
  private final ServiceContent content;
  private final boolean modern;
  private final @Nullable Places places;
  private final Clock clock;
  private volatile Duration ahead = Duration.ZERO;
  private long aheadReadAt;

  private VimSession(
      VimClient client,
      ServiceContent content,
      boolean modern,
      Optional<InventoryPaths> paths,
      KnownPlaces known,
      Clock clock)
      throws RemoteException {
    this.clock = clock;
    this.client = client;
    this.vim = client.stubs();
    this.content = content;
    this.modern = modern;
    this.places = paths.isPresent() ? places(paths.get(), known) : null;
    readAhead();
  }

  private void readAhead() throws RemoteException {
    Instant asked = clock.instant();
    Calendar time = vim.currentTime(reference("ServiceInstance", "ServiceInstance"));
    Instant answered = clock.instant();
    Duration now =
        Duration.between(
            asked.plus(Duration.between(asked, answered).dividedBy(2)),
            present(time, "time").toInstant());
    if (now.minus(ahead).abs().compareTo(CLOCK_TOLERANCE) > 0) {
      ahead = now;
      log.info(
          "vCenter's clock is {} s ahead of the ledger's; ages count by the latter",
          now.toMillis() / 1000.0);
    }
    aheadReadAt = System.nanoTime();
  }

  /** As {@link #clockAhead}, without asking. */
  Duration lastClockAhead() {
    return ahead;
  }

  /** How far vCenter's clock is ahead of ours; it is asked for now and then. On one thread. */
  Duration clockAhead() throws RemoteException {
    if (System.nanoTime() - aheadReadAt > CLOCK_EVERY.toNanos()) {
      readAhead();
    }
    return ahead;
  }

  private Places places(InventoryPaths paths, KnownPlaces known) throws RemoteException {
    String vcenter = content.about == null ? "" : String.valueOf(content.about.instanceUuid);
    ManagedObjectReference base =
        known.find(this, vcenter, paths.base(), "Folder", "VSPHERE_BASE_PATH");
    ManagedObjectReference machines =
        known.find(this, vcenter, paths.machines(), "Folder", "VSPHERE_VM_PATH");
    ManagedObjectReference cluster =
        known.find(this, vcenter, paths.cluster(), "ComputeResource", "VSPHERE_CLUSTER_PATH");
    Object pool =
        properties(List.of(cluster), "resourcePool")
            .getOrDefault(cluster.val, Map.of())
            .get("resourcePool");
    if (!(pool instanceof ManagedObjectReference reference)) {
      throw new UnusableInventory(
          paths.cluster() + " has no resource pool", "VSPHERE_CLUSTER_PATH");
    }
    return new Places(base, machines, cluster, reference);
  }

  /** Logs in and finds the folders; logs out again if they are not to be found. */
  static VimSession open(
      VimClient client,
      String user,
      Secret password,
      Optional<InventoryPaths> paths,
      KnownPlaces known,
      Clock clock)
      throws RemoteException {
    VimPortType vim = client.stubs();
    ServiceContent content =
        present(
            vim.retrieveServiceContent(reference("ServiceInstance", "ServiceInstance")),
            "service content");
    boolean modern = isAtLeast(content.about == null ? null : content.about.apiVersion, 6, 7);
    if (modern) {
      client.speak(SPOKEN);
    }
    vim.login(content.sessionManager, user, password.reveal(), null);
    try {
      return new VimSession(client, content, modern, paths, known, clock);
    } catch (RemoteException e) {
      try {
        vim.logout(content.sessionManager);
      } catch (RemoteException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  static ManagedObjectReference reference(String type, String value) {
    ManagedObjectReference reference = new ManagedObjectReference();
    reference.type = type;
    reference.val = value;
    return reference;
  }

  private static boolean isAtLeast(@Nullable String version, int major, int minor) {
    if (version == null || !version.matches("\\d{1,4}\\.\\d{1,4}.*")) {
      return false;
    }
    Scanner numbers = new Scanner(version).useDelimiter("\\D+");
    int first = numbers.nextInt();
    return first > major || (first == major && numbers.nextInt() >= minor);
  }

  /**
   * What lies at an inventory path.
   *
   * @param kind the type must end in it
   * @param setting named in the failure if there is no such thing
   */
  ManagedObjectReference resolve(String path, String kind, String setting) throws RemoteException {
    ManagedObjectReference found = at(path);
    if (found == null || !found.type.endsWith(kind)) {
      String what = found == null ? "nothing" : "a " + found.type;
      throw new UnusableInventory(what + " at " + path, setting);
    }
    return found;
  }

  /** What lies at an inventory path; null if nothing does. */
  ManagedObjectReference at(String path) throws RemoteException {
    return vim.findByInventoryPath(content.searchIndex, path.replaceAll("^/+|/+$", ""));
  }

  /** Properties of the objects by their reference's value; an object that is gone is left out. */
  Map<String, Map<String, Object>> properties(List<ManagedObjectReference> objects, String... paths)
      throws RemoteException {
    PropertyFilterSpec filter = new PropertyFilterSpec();
    PropertySpec wanted = new PropertySpec();
    wanted.type = objects.get(0).type;
    wanted.pathSet = paths;
    filter.propSet = new PropertySpec[] {wanted};
    filter.objectSet = objects.stream().map(VimSession::plain).toArray(ObjectSpec[]::new);
    filter.reportMissingObjectsInResults = true;
    return retrieve(filter);
  }

  /** What the filter selects, read over as many pages as vCenter makes of it. */
  Map<String, Map<String, Object>> retrieve(PropertyFilterSpec filter) throws RemoteException {
    RetrieveResult page =
        vim.retrievePropertiesEx(
            content.propertyCollector, new PropertyFilterSpec[] {filter}, new RetrieveOptions());
    List<ObjectContent> all = new ArrayList<>();
    while (page != null) {
      if (page.objects != null) {
        all.addAll(List.of(page.objects));
      }
      page =
          page.token == null
              ? null
              : vim.continueRetrievePropertiesEx(content.propertyCollector, page.token);
    }
    Map<String, Map<String, Object>> found = new HashMap<>();
    for (ObjectContent object : all) {
      Map<String, Object> values = found.computeIfAbsent(object.obj.val, v -> new HashMap<>());
      if (object.propSet != null) {
        for (DynamicProperty property : object.propSet) {
          values.put(property.name, property.val);
        }
      }
      refuseUnreadable(object);
    }
    return found;
  }

  /**
   * An ended session and a path that a type lacks both show as properties that are missing, and
   * neither is the same as one that is unset. vCenter refuses such a path of its own accord, as
   * InvalidProperty; not each server that speaks vim25 does.
   */
  static void refuseUnreadable(ObjectContent object) throws SoapFault {
    if (object.missingSet == null) {
      return;
    }
    for (MissingProperty missing : object.missingSet) {
      String type = missing.fault == null ? "unknown" : UnknownFault.typeOf(missing.fault.fault);
      if (UNREADABLE.contains(type)) {
        throw new SoapFault(
            type,
            "can't read %s of %s %s".formatted(missing.path, object.obj.type, object.obj.val),
            null);
      }
    }
  }

  private static ObjectSpec plain(ManagedObjectReference object) {
    ObjectSpec spec = new ObjectSpec();
    spec.obj = object;
    return spec;
  }

  private static <T> T present(T value, String what) throws TransportException {
    if (value == null) {
      throw new TransportException("vCenter's answer has no " + what, true, null);
    }
    return value;
  }

  VimPortType vim() {
    return vim;
  }

  VimClient client() {
    return client;
  }

  ServiceContent content() {
    return content;
  }

  /** Whether vCenter knows instant clones. */
  boolean modern() {
    return modern;
  }

  /** Whether there are folders and a cluster to watch: without paths, none of these is known. */
  boolean hasPlaces() {
    return places != null;
  }

  private Places places() {
    return Objects.requireNonNull(places, "only a session of an inventory has places");
  }

  ManagedObjectReference baseFolder() {
    return places().base();
  }

  ManagedObjectReference machineFolder() {
    return places().machines();
  }

  ManagedObjectReference cluster() {
    return places().cluster();
  }

  ManagedObjectReference resourcePool() {
    return places().pool();
  }

  /** A configured path does not lead to what it should. */
  static final class UnusableInventory extends RemoteException {

    private static final long serialVersionUID = 1L;

    UnusableInventory(String what, String setting) {
      super("found " + what + ": check " + setting);
    }
  }
}
