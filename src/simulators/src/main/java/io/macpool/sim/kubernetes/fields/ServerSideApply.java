package io.macpool.sim.kubernetes.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Server-side apply: what a manager applies is merged in, what it applied before and leaves out now
 * goes unless another manager owns it too, and {@code managedFields} say who owns what. Except for
 * Deployments ({@link FieldOwners}) appliers alone are tracked: a field set by an ordinary write
 * has no owner here, so applying over it is no conflict, as with {@code force}.
 */
public final class ServerSideApply {

  private final ResourceType type;
  private final FieldShapes shapes;

  public ServerSideApply(ResourceType type) {
    this.type = type;
    shapes = new FieldShapes(type);
  }

  /**
   * The object after the manager applied {@code configuration}.
   *
   * @param subresource empty for the object itself
   * @throws ApiFailure 409 if another applier owns a field that this one would change, unless
   *     forced
   */
  public ObjectNode apply(
      ObjectNode live,
      ObjectNode configuration,
      String manager,
      String subresource,
      boolean force,
      Instant now) {
    ObjectNode result = live.deepCopy();
    List<ObjectNode> entries = takeEntries(result);
    Optional<ObjectNode> prior =
        entries.stream().filter(entry -> isOf(entry, manager, subresource)).findFirst();
    List<JsonNode> others = new ArrayList<>();
    entries.stream()
        .filter(entry -> !isOf(entry, manager, subresource))
        .forEach(entry -> others.add(entry.path("fieldsV1")));
    ObjectNode fields = new FieldSets(shapes).of(configuration);
    refuseConflicts(live, configuration, fields, entries, manager, force);
    prior.ifPresent(
        before -> {
          List<JsonNode> kept = new ArrayList<>(others);
          kept.add(fields);
          FieldSets.remove(result, before.path("fieldsV1"), kept);
        });
    merge(result, owned(configuration), new ArrayList<>());
    if (force) {
      entries.stream()
          .filter(entry -> !isOf(entry, manager, subresource))
          .forEach(entry -> FieldOwners.disown(entry.path("fieldsV1"), live, result));
    }
    entries.removeIf(entry -> entry.path("fieldsV1").isEmpty());
    entries.removeIf(entry -> isOf(entry, manager, subresource));
    if (!fields.isEmpty()) {
      entries.add(entry(prior, fields, manager, subresource, now));
    }
    if (!entries.isEmpty()) {
      ArrayNode all = Metadata.of(result).putArray("managedFields");
      entries.forEach(all::add);
    }
    return result;
  }

  private static void refuseConflicts(
      ObjectNode live,
      ObjectNode configuration,
      ObjectNode fields,
      List<ObjectNode> entries,
      String manager,
      boolean force) {
    SortedMap<String, List<String>> conflicts = new TreeMap<>();
    for (ObjectNode entry : entries) {
      String other = entry.path("manager").asText();
      if (!other.equals(manager)) {
        ObjectNode theirs = (ObjectNode) entry.path("fieldsV1");
        List<String> fieldsOfBoth = FieldSets.conflicts(fields, theirs, configuration, live);
        conflicts.computeIfAbsent(other, name -> new ArrayList<>()).addAll(fieldsOfBoth);
      }
    }
    conflicts.values().removeIf(List::isEmpty);
    if (!conflicts.isEmpty() && !force) {
      throw new ApiFailure(409, "Conflict", message(conflicts));
    }
  }

  /** One conflict in a line, several in a list by manager: as the API server words it. */
  private static String message(SortedMap<String, List<String>> conflicts) {
    int count = conflicts.values().stream().mapToInt(List::size).sum();
    if (count == 1) {
      String manager = conflicts.firstKey();
      return "Apply failed with 1 conflict: conflict with \"%s\": %s"
          .formatted(manager, conflicts.values().iterator().next().get(0));
    }
    List<String> lines = new ArrayList<>();
    conflicts.forEach(
        (manager, fields) -> {
          lines.add("conflicts with \"%s\":".formatted(manager));
          fields.forEach(field -> lines.add("- " + field));
        });
    return "Apply failed with %d conflicts: %s".formatted(count, String.join("\n", lines));
  }

  private static List<ObjectNode> takeEntries(ObjectNode object) {
    List<ObjectNode> entries = new ArrayList<>();
    JsonNode present = Metadata.of(object).remove("managedFields");
    if (present != null) {
      present.forEach(entry -> entries.add((ObjectNode) entry));
    }
    return entries;
  }

  private static boolean isOf(JsonNode entry, String manager, String subresource) {
    return entry.path("manager").asText().equals(manager)
        && entry.path("subresource").asText("").equals(subresource)
        && entry.path("operation").asText().equals("Apply");
  }

  /** The entry keeps its time while its fields stay: an apply that changes nothing is no change. */
  private ObjectNode entry(
      Optional<ObjectNode> prior,
      ObjectNode fields,
      String manager,
      String subresource,
      Instant now) {
    if (prior.isPresent() && prior.get().path("fieldsV1").equals(fields)) {
      return prior.get();
    }
    ObjectNode entry = fields.objectNode();
    entry.put("manager", manager).put("operation", "Apply").put("apiVersion", type.apiVersion());
    entry.put("time", Metadata.time(now)).put("fieldsType", "FieldsV1");
    entry.set("fieldsV1", fields);
    if (!subresource.isEmpty()) {
      entry.put("subresource", subresource);
    }
    return entry;
  }

  private static ObjectNode owned(ObjectNode configuration) {
    ObjectNode copy = configuration.deepCopy();
    if (copy.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove(List.of("managedFields", "resourceVersion", "uid", "creationTimestamp"));
    }
    return copy;
  }

  private void merge(ObjectNode target, JsonNode source, List<String> path) {
    for (var member : source.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      path.add(name);
      if (value.isObject() && !shapes.isAtomic(path)) {
        ObjectNode below =
            target.get(name) instanceof ObjectNode object ? object : target.putObject(name);
        merge(below, value, path);
      } else if (value.isArray()) {
        mergeList(target, name, value, path);
      } else {
        target.set(name, value.deepCopy());
      }
      path.remove(path.size() - 1);
    }
  }

  private void mergeList(ObjectNode target, String name, JsonNode value, List<String> path) {
    Optional<List<String>> keys = shapes.keys(path, value);
    if (!shapes.isSet(path) && keys.isEmpty()) {
      target.set(name, value.deepCopy());
      return;
    }
    ArrayNode list = target.get(name) instanceof ArrayNode array ? array : target.putArray(name);
    for (JsonNode element : value) {
      if (keys.isEmpty()) {
        Patches.addIfAbsent(list, element);
      } else {
        merge(elementFor(list, element, keys.get()), element, path);
      }
    }
  }

  private static ObjectNode elementFor(ArrayNode list, JsonNode element, List<String> keys) {
    ObjectNode key = FieldShapes.keyOf(element, keys);
    for (JsonNode present : list) {
      if (FieldShapes.keyOf(present, keys).equals(key)) {
        return (ObjectNode) present;
      }
    }
    return list.addObject();
  }
}
