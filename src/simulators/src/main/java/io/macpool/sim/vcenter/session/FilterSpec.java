package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.ApiVersion;
import io.macpool.sim.vcenter.inventory.ManagedTypes;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A parsed {@code PropertyFilterSpec}: which objects, and what of them.
 *
 * @param reportMissing objects that do not exist are left out instead of being a fault
 */
record FilterSpec(
    List<Properties> properties, List<Start> starts, boolean reportMissing, ApiVersion version) {

  /** What to report of objects of a type; {@code all} means every property that is set. */
  record Properties(String type, boolean all, List<String> paths) {}

  /** Where to start from. */
  record Start(MoRef ref, boolean skip, SelectSet next) {}

  static FilterSpec parse(SoapElement spec, ApiVersion version) {
    List<Properties> properties = new ArrayList<>();
    for (SoapElement set : spec.children("propSet")) {
      String type = set.required("type").text();
      List<String> paths = set.strings("pathSet");
      boolean all = set.flag("all");
      paths.forEach(path -> PropertyReader.check(type, path, version));
      properties.add(new Properties(type, all, paths));
    }
    List<Start> starts = new ArrayList<>();
    for (SoapElement object : spec.children("objectSet")) {
      starts.add(
          new Start(object.requiredRef("obj"), object.flag("skip"), SelectSet.parse(object)));
    }
    if (properties.isEmpty() || starts.isEmpty()) {
      throw VimFault.invalidArgument("specSet");
    }
    return new FilterSpec(properties, starts, spec.flag("reportMissingObjectsInResults"), version);
  }

  /** What to report of an object; empty if its type was not asked for. */
  Optional<Properties> of(String type) {
    Set<String> paths = new LinkedHashSet<>();
    boolean all = false;
    boolean asked = false;
    for (Properties set : properties) {
      if (ManagedTypes.isA(type, set.type())) {
        asked = true;
        all |= set.all();
        paths.addAll(set.paths());
      }
    }
    return asked ? Optional.of(new Properties(type, all, List.copyOf(paths))) : Optional.empty();
  }
}
