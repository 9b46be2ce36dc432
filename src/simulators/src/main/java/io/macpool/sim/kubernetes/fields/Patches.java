package io.macpool.sim.kubernetes.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JSON patch, merge patch and strategic merge patch. Each returns a new object. */
public final class Patches {

  private Patches() {}

  /**
   * RFC 6902.
   *
   * @throws ApiFailure 422 if an operation can't be carried out
   */
  public static ObjectNode json(ResourceType type, ObjectNode object, JsonNode patch) {
    try {
      return (ObjectNode) JsonPatch.apply(patch, object.deepCopy());
    } catch (RuntimeException e) {
      throw ApiFailure.invalid(type, Metadata.name(object), String.valueOf(e.getMessage()));
    }
  }

  /** RFC 7386. */
  public static ObjectNode merge(ObjectNode object, JsonNode patch) {
    ObjectNode result = object.deepCopy();
    mergeInto(result, patch);
    return result;
  }

  private static void mergeInto(ObjectNode target, JsonNode patch) {
    for (var member : patch.properties()) {
      JsonNode value = member.getValue();
      if (value.isNull()) {
        target.remove(member.getKey());
      } else if (value.isObject()) {
        ObjectNode below =
            target.get(member.getKey()) instanceof ObjectNode present
                ? present
                : target.putObject(member.getKey());
        mergeInto(below, value);
      } else {
        target.set(member.getKey(), value.deepCopy());
      }
    }
  }

  /**
   * Merge by the lists' keys; knows {@code $patch: delete}, {@code $patch: replace}, {@code null}.
   */
  public static ObjectNode strategic(ResourceType type, ObjectNode object, JsonNode patch) {
    ObjectNode result = object.deepCopy();
    new Strategic(new FieldShapes(type)).object(result, patch, new ArrayList<>());
    return result;
  }

  private record Strategic(FieldShapes shapes) {

    void object(ObjectNode target, JsonNode patch, List<String> path) {
      if (patch.path("$patch").asText().equals("replace")) {
        target.removeAll();
      }
      for (var member : patch.properties()) {
        String name = member.getKey();
        JsonNode value = member.getValue();
        if (name.startsWith("$deleteFromPrimitiveList/")) {
          removeValues(target.path(name.substring(name.indexOf('/') + 1)), value);
        } else if (value.isNull()) {
          target.remove(name);
        } else if (!name.startsWith("$")) {
          path.add(name);
          member(target, name, value, path);
          path.remove(path.size() - 1);
        }
      }
    }

    private void member(ObjectNode target, String name, JsonNode value, List<String> path) {
      JsonNode present = target.path(name);
      if (value.isObject()) {
        ObjectNode below = present instanceof ObjectNode object ? object : target.putObject(name);
        object(below, value, path);
      } else if (value.isArray() && shapes.isSet(path) && present instanceof ArrayNode values) {
        value.forEach(element -> addIfAbsent(values, element));
      } else if (value.isArray()) {
        Optional<List<String>> keys = shapes.keys(path, value);
        if (keys.isPresent()) {
          ArrayNode list = present instanceof ArrayNode array ? array : target.putArray(name);
          list(list, value, keys.get(), path);
        } else {
          target.set(name, value.deepCopy());
        }
      } else {
        target.set(name, value);
      }
    }

    private void list(ArrayNode target, JsonNode patch, List<String> keys, List<String> path) {
      // A strategic merge tells elements apart by the first key alone.
      String key = keys.get(0);
      for (JsonNode element : patch) {
        if (element.path("$patch").asText().equals("replace")) {
          target.removeAll();
          continue;
        }
        int index = indexOf(target, key, element.path(key));
        if (element.path("$patch").asText().equals("delete")) {
          if (index >= 0) {
            target.remove(index);
          }
        } else if (index >= 0) {
          object((ObjectNode) target.get(index), element, path);
        } else {
          object(target.addObject(), element, path);
        }
      }
    }
  }

  private static int indexOf(ArrayNode list, String key, JsonNode value) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).path(key).equals(value)) {
        return i;
      }
    }
    return -1;
  }

  static void addIfAbsent(ArrayNode values, JsonNode value) {
    for (JsonNode present : values) {
      if (present.equals(value)) {
        return;
      }
    }
    values.add(value);
  }

  static void removeValues(JsonNode list, JsonNode values) {
    if (list instanceof ArrayNode array) {
      for (int i = array.size() - 1; i >= 0; i--) {
        for (JsonNode value : values) {
          if (array.get(i).equals(value)) {
            array.remove(i);
            break;
          }
        }
      }
    }
  }
}
