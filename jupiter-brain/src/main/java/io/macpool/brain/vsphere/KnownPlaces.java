package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import io.macpool.brain.vsphere.fault.SoapFault;
import java.rmi.RemoteException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the configured paths led to, kept over sessions: who renames or moves a folder or a cluster
 * does not take it away from us. A path is looked up again only when what it led to is gone, or
 * vCenter is another one.
 */
final class KnownPlaces {

  private static final Logger log = LoggerFactory.getLogger(KnownPlaces.class);

  private record Place(String vcenter, ManagedObjectReference reference) {}

  private final Map<String, Place> byPath = new ConcurrentHashMap<>();
  private final Map<String, String> moved = new ConcurrentHashMap<>();

  /**
   * Where a path leads, or led.
   *
   * @param vcenter which one is asked
   * @param kind the type must end in it
   * @param setting named in the failure if there is no such thing
   */
  ManagedObjectReference find(
      VimSession session, String vcenter, String path, String kind, String setting)
      throws RemoteException {
    Place known = byPath.get(path);
    Optional<String> name =
        known == null || !known.vcenter().equals(vcenter)
            ? Optional.empty()
            : name(session, known.reference());
    if (known == null || name.isEmpty()) {
      ManagedObjectReference found = session.resolve(path, kind, setting);
      byPath.put(path, new Place(vcenter, found));
      moved.remove(path);
      return found;
    }
    ManagedObjectReference there = session.at(path);
    boolean stays = there != null && there.val.equals(known.reference().val);
    note(path, setting, stays ? Optional.empty() : name, there != null);
    return known.reference();
  }

  private void note(String path, String setting, Optional<String> name, boolean another) {
    if (name.isEmpty()) {
      moved.remove(path);
      return;
    }
    String words =
        path
            + " is called "
            + name.get()
            + " now, or lies elsewhere"
            + (another ? ", and something else has its place" : "")
            + ": it is used all the same; change "
            + setting
            + " before the next start";
    if (!words.equals(moved.put(path, words))) {
      log.warn("{}", words);
    }
  }

  /** What the object is called; empty if it is gone. */
  private static Optional<String> name(VimSession session, ManagedObjectReference reference)
      throws RemoteException {
    try {
      return Optional.ofNullable(session.properties(List.of(reference), "name").get(reference.val))
          .map(values -> values.get("name"))
          .map(String::valueOf)
          .map(InventoryAssembler::unescape);
    } catch (SoapFault e) {
      if (e.is("ManagedObjectNotFound")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What a person should change, by path; empty if all is where it was. */
  List<String> warnings() {
    return List.copyOf(new TreeMap<>(moved).values());
  }
}
