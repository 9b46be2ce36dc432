package io.macpool.sim.vcenter.inventory;

import io.macpool.sim.vcenter.soap.MoRef;

/** Is told what happens to the objects it watches, under the inventory's lock. */
public interface PropertyWatcher {

  /** The value at {@code path} was set or unset. */
  void changed(ManagedObject object, String path);

  /** The set of references at {@code path} grew by {@code child}. */
  void linked(ManagedObject object, String path, MoRef child);

  /** The set of references at {@code path} lost {@code child}. */
  void unlinked(ManagedObject object, String path, MoRef child);

  /** The object left the inventory. */
  void removed(ManagedObject object);
}
