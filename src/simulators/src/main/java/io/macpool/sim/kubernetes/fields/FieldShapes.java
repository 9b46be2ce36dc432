package io.macpool.sim.kubernetes.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a field merges: as a whole, member by member, or element by element, and then which members
 * tell elements apart. For built-in resources from a table of field names (source: the
 * x-kubernetes-list annotations of the published OpenAPI), for custom ones from their schema.
 */
final class FieldShapes {

  /** Keys of lists whose elements merge by them. */
  private static final Map<String, List<String>> KEYS =
      Map.ofEntries(
          Map.entry("containers", List.of("name")),
          Map.entry("initContainers", List.of("name")),
          Map.entry("env", List.of("name")),
          Map.entry("volumes", List.of("name")),
          Map.entry("imagePullSecrets", List.of("name")),
          Map.entry("volumeMounts", List.of("mountPath")),
          Map.entry("ownerReferences", List.of("uid")),
          Map.entry("conditions", List.of("type")),
          Map.entry("podIPs", List.of("ip")),
          Map.entry("hostAliases", List.of("ip")));

  private static final List<String> CONTAINER_PORT = List.of("containerPort", "protocol");
  private static final List<String> SERVICE_PORT = List.of("port", "protocol");
  private static final Set<String> SETS = Set.of("finalizers");

  /** Objects that are replaced as a whole. */
  private static final Set<String> ATOMIC =
      Set.of(
          "selector",
          "podSelector",
          "nodeSelector",
          "secretKeyRef",
          "configMapKeyRef",
          "fieldRef",
          "resourceFieldRef",
          "involvedObject");

  private final boolean custom;
  private final JsonNode schema;

  FieldShapes(ResourceType type) {
    custom = type.isCustom();
    schema = type.schema();
  }

  /** Whether an object at the path is replaced as a whole. */
  boolean isAtomic(List<String> path) {
    if (isOfSchema(path)) {
      return at(path).path("x-kubernetes-map-type").asText().equals("atomic");
    }
    return ATOMIC.contains(last(path));
  }

  /** Whether a list at the path is a set of plain values. */
  boolean isSet(List<String> path) {
    if (isOfSchema(path)) {
      return at(path).path("x-kubernetes-list-type").asText().equals("set");
    }
    return SETS.contains(last(path));
  }

  /** The members that tell elements of the list at the path apart; empty if it is no such list. */
  Optional<List<String>> keys(List<String> path, JsonNode list) {
    if (isOfSchema(path)) {
      JsonNode field = at(path);
      if (!field.path("x-kubernetes-list-type").asText().equals("map")) {
        return Optional.empty();
      }
      List<String> keys = new ArrayList<>();
      field.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.asText()));
      return Optional.of(keys);
    }
    if (last(path).equals("ports")) {
      return Optional.of(list.path(0).has("containerPort") ? CONTAINER_PORT : SERVICE_PORT);
    }
    return Optional.ofNullable(KEYS.get(last(path)));
  }

  /** The element's key, with the API's default where the element leaves a key out. */
  static ObjectNode keyOf(JsonNode element, List<String> keys) {
    ObjectNode key = ((ObjectNode) element).objectNode();
    for (String name : keys) {
      JsonNode value = element.path(name);
      if (!value.isMissingNode()) {
        key.set(name, value);
      } else if (name.equals("protocol")) {
        key.put(name, "TCP");
      }
    }
    return key;
  }

  private boolean isOfSchema(List<String> path) {
    return custom && !path.isEmpty() && !path.get(0).equals("metadata");
  }

  private JsonNode at(List<String> path) {
    JsonNode field = schema;
    for (String name : path) {
      JsonNode items = field.path("items");
      JsonNode object = items.isMissingNode() ? field : items;
      JsonNode property = object.path("properties").path(name);
      field = property.isMissingNode() ? object.path("additionalProperties") : property;
    }
    return field;
  }

  private static String last(List<String> path) {
    return path.isEmpty() ? "" : path.get(path.size() - 1);
  }
}
