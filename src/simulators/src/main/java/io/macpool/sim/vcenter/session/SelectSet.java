package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where to go on from an object: the traversals of one {@code selectSet}. Sets refer to each other
 * by name and so may be cyclic; a set is therefore equal only to itself.
 */
final class SelectSet {

  /**
   * One {@code TraversalSpec}.
   *
   * @param type the type of object that it starts from
   * @param path the property that holds the references to follow
   * @param skip whether the objects reached are passed through only
   * @param next where to go on from the objects reached
   */
  record Traversal(String type, String path, boolean skip, SelectSet next) {}

  private final List<Traversal> traversals = new ArrayList<>();

  List<Traversal> traversals() {
    return traversals;
  }

  /** Parses the select set of an {@code ObjectSpec}, names resolved. */
  static SelectSet parse(SoapElement objectSpec) {
    Map<String, SoapElement> named = new HashMap<>();
    collect(objectSpec, named);
    return parse(objectSpec, named, new HashMap<>());
  }

  private static void collect(SoapElement holder, Map<String, SoapElement> named) {
    for (SoapElement spec : holder.children("selectSet")) {
      if (spec.child("path").isPresent()) {
        spec.string("name").ifPresent(name -> named.put(name.strip(), spec));
        collect(spec, named);
      }
    }
  }

  private static SelectSet parse(
      SoapElement holder, Map<String, SoapElement> named, Map<SoapElement, SelectSet> done) {
    SelectSet known = done.get(holder);
    if (known != null) {
      return known;
    }
    SelectSet set = new SelectSet();
    done.put(holder, set);
    for (SoapElement given : holder.children("selectSet")) {
      SoapElement spec = given;
      if (given.child("path").isEmpty()) {
        spec = named.get(given.string("name").orElse("").strip());
        if (spec == null) {
          throw VimFault.invalidArgument("selectSet.name");
        }
      }
      set.traversals.add(
          new Traversal(
              spec.required("type").text(),
              spec.required("path").text(),
              spec.flag("skip"),
              parse(spec, named, done)));
    }
    return set;
  }
}
