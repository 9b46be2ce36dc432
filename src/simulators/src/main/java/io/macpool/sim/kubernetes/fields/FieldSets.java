package io.macpool.sim.kubernetes.fields;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sets of fields in the form of {@code metadata.managedFields[].fieldsV1}: {@code f:name} is a
 * member, {@code k:{…}} an element by its key, {@code v:…} a value of a set, {@code .} the thing
 * itself, and an empty object ends a path.
 */
public final class FieldSets {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Members that nobody owns. */
  private static final Set<String> UNOWNED_TOP = Set.of("apiVersion", "kind");

  private static final Set<String> UNOWNED_METADATA =
      Set.of(
          "name",
          "namespace",
          "uid",
          "resourceVersion",
          "generation",
          "creationTimestamp",
          "managedFields");

  private final FieldShapes shapes;

  FieldSets(FieldShapes shapes) {
    this.shapes = shapes;
  }

  /** The fields that an applied configuration names. */
  ObjectNode of(JsonNode configuration) {
    ObjectNode copy = configuration.deepCopy();
    copy.remove(UNOWNED_TOP);
    if (copy.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove(UNOWNED_METADATA);
      if (metadata.isEmpty()) {
        copy.remove("metadata");
      }
    }
    return object(copy, new ArrayList<>());
  }

  private ObjectNode object(JsonNode object, List<String> path) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    for (var member : object.properties()) {
      path.add(member.getKey());
      fields.set("f:" + member.getKey(), value(member.getValue(), path));
      path.remove(path.size() - 1);
    }
    return fields;
  }

  private ObjectNode value(JsonNode value, List<String> path) {
    ObjectNode leaf = JsonNodeFactory.instance.objectNode();
    if (value.isObject()) {
      return shapes.isAtomic(path) ? leaf : object(value, path);
    }
    if (!value.isArray()) {
      return leaf;
    }
    if (shapes.isSet(path)) {
      value.forEach(element -> leaf.putObject("v:" + write(element)));
      return leaf;
    }
    Optional<List<String>> keys = shapes.keys(path, value);
    if (keys.isPresent()) {
      for (JsonNode element : value) {
        ObjectNode fields = object(element, path);
        ObjectNode withSelf = leaf.putObject("k:" + write(FieldShapes.keyOf(element, keys.get())));
        withSelf.putObject(".");
        withSelf.setAll(fields);
      }
    }
    return leaf;
  }

  /** Takes the fields in {@code set} that are not in {@code kept} out of the object. */
  static void remove(JsonNode target, JsonNode set, List<JsonNode> kept) {
    for (var entry : set.properties()) {
      String step = entry.getKey();
      if (step.equals(".")) {
        continue;
      }
      List<JsonNode> below = kept.stream().map(other -> other.path(step)).toList();
      boolean isKept = below.stream().anyMatch(other -> !other.isMissingNode());
      if (entry.getValue().isEmpty() || !isKept) {
        if (!isKept) {
          removeStep(target, step, entry.getValue());
        }
      } else {
        find(target, step).ifPresent(child -> remove(child, entry.getValue(), below));
      }
    }
  }

  /** A member goes as a whole only if nobody else put something into it. */
  private static void removeStep(JsonNode target, String step, JsonNode fields) {
    Optional<JsonNode> child = find(target, step);
    if (child.isEmpty()) {
      return;
    }
    boolean whole = fields.isEmpty() || step.startsWith("k:") || step.startsWith("v:");
    if (!whole) {
      remove(child.get(), fields, List.of());
      whole = child.get().isEmpty();
    }
    if (whole && target instanceof ObjectNode object) {
      object.remove(step.substring(2));
    } else if (whole && target instanceof ArrayNode list) {
      list.remove(indexOf(list, child.get()));
    }
  }

  /** Keys and values are unique in their list, so equal elements are the same one. */
  private static int indexOf(ArrayNode list, JsonNode element) {
    int index = 0;
    while (!list.get(index).equals(element)) {
      index++;
    }
    return index;
  }

  static Optional<JsonNode> find(JsonNode target, String step) {
    if (step.startsWith("f:")) {
      return Optional.ofNullable(target.get(step.substring(2)));
    }
    JsonNode wanted = read(step.substring(2));
    for (JsonNode element : target) {
      if (step.startsWith("v:") ? element.equals(wanted) : hasKey(element, wanted)) {
        return Optional.of(element);
      }
    }
    return Optional.empty();
  }

  /** Adds the fields of one set to another. */
  static void unite(ObjectNode into, JsonNode fields) {
    for (var field : fields.properties()) {
      if (into.get(field.getKey()) instanceof ObjectNode deep) {
        unite(deep, field.getValue());
      } else {
        into.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }

  private static boolean hasKey(JsonNode element, JsonNode key) {
    List<String> names = new ArrayList<>();
    key.fieldNames().forEachRemaining(names::add);
    return element.isObject() && FieldShapes.keyOf(element, names).equals(key);
  }

  /**
   * Fields that are in both sets and whose values differ between the objects: what two appliers
   * quarrel about, each as a path for a person.
   */
  static List<String> conflicts(JsonNode ours, JsonNode theirs, JsonNode wanted, JsonNode live) {
    List<String> found = new ArrayList<>();
    collect(ours, theirs, wanted, live, "", found);
    return found;
  }

  private static void collect(
      JsonNode ours,
      JsonNode theirs,
      JsonNode wanted,
      JsonNode live,
      String path,
      List<String> found) {
    for (var entry : ours.properties()) {
      String step = entry.getKey();
      JsonNode other = theirs.path(step);
      if (step.equals(".") || other.isMissingNode()) {
        continue;
      }
      Optional<JsonNode> mine = find(wanted, step);
      Optional<JsonNode> present = find(live, step);
      if (mine.isEmpty() || present.isEmpty()) {
        continue;
      }
      String here = path + (step.startsWith("f:") ? "." + step.substring(2) : "[" + step + "]");
      if (entry.getValue().isEmpty() && other.isEmpty()) {
        if (!mine.get().equals(present.get())) {
          found.add(here);
        }
      } else {
        collect(entry.getValue(), other, mine.get(), present.get(), here, found);
      }
    }
  }

  public static String write(JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not to be written: " + node, e);
    }
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw ApiFailure.badRequest("managedFields hold a key that is not JSON: " + text);
    }
  }
}
