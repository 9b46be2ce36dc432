package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.ApiVersion;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.ManagedTypes;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.VimFault;

/** Reads properties as a client of a given version may see them. */
final class PropertyReader {

  private static final String FROZEN = "instantCloneFrozen";
  private static final String CREATED = "createDate";

  private PropertyReader() {}

  /** Fails with InvalidProperty if objects of {@code type} have nothing at {@code path}. */
  static void check(String type, String path, ApiVersion version) {
    int end = path.length();
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '.' || path.charAt(i) == '[') {
        end = i;
        break;
      }
    }
    boolean late = path.endsWith(FROZEN) || path.endsWith(CREATED);
    boolean hidden = late && !version.knowsInstantClone();
    if (hidden || !ManagedTypes.hasProperty(type, path.substring(0, end))) {
      throw VimFault.of("InvalidProperty", "Invalid property: " + path, "name", path);
    }
  }

  /** The value at {@code path}, null if unset. */
  static Object read(ManagedObject object, String path, ApiVersion version) {
    Object value = object.read(path);
    if (version.knowsInstantClone() || !(value instanceof DataObject data)) {
      return value;
    }
    return switch (data.type()) {
      case "VirtualMachineConfigInfo" -> data.with(CREATED, null);
      case "VirtualMachineRuntimeInfo" -> data.with(FROZEN, null);
      case "VirtualMachineSummary" -> data.withPath("runtime." + FROZEN, null);
      default -> data;
    };
  }
}
