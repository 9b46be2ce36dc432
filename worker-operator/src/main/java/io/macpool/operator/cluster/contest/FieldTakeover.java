package io.macpool.operator.cluster.contest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/**
 * Makes the spec of an object that somebody else wrote first ours. Server-side apply leaves alone
 * what it does not name: a variable's {@code value} that an update wrote stays beside our {@code
 * valueFrom}, a foreign probe handler beside our own, and the API refuses such an object. Once
 * their ownership of the spec has moved to our apply, the next apply takes out what it leaves out.
 *
 * <p>Metadata stays with whom it belongs to, and so does what subresources wrote.
 */
public final class FieldTakeover {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SPEC = "f:spec";

  private FieldTakeover() {}

  /** Whether this manager has applied the object before. */
  public static boolean isOurs(HasMetadata live, String manager) {
    for (JsonNode entry : entries(live)) {
      if (isOurs(entry, manager)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The JSON patch that moves the ownership of the spec to the manager's apply, under the version
   * that was read.
   *
   * @return empty if nobody else owns a field of the spec
   */
  public static Optional<String> patch(HasMetadata live, String manager) {
    ArrayNode kept = JSON.createArrayNode();
    ObjectNode ours = null;
    ObjectNode taken = JSON.createObjectNode();
    for (JsonNode entry : entries(live)) {
      ObjectNode copy = entry.deepCopy();
      if (isOurs(copy, manager)) {
        ours = copy;
      } else {
        if (isWhole(copy) && copy.path("fieldsV1") instanceof ObjectNode fields) {
          unite(taken, fields.path(SPEC));
          fields.remove(SPEC);
        }
        if (!copy.path("fieldsV1").isEmpty()) {
          kept.add(copy);
        }
      }
    }
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode mine = ours == null ? entry(live, manager) : ours;
    unite(mine.withObjectProperty("fieldsV1").withObjectProperty(SPEC), taken);
    kept.add(mine);
    ArrayNode patch = JSON.createArrayNode();
    patch.add(replace("/metadata/managedFields", kept));
    patch.add(
        replace(
            "/metadata/resourceVersion",
            JSON.getNodeFactory().textNode(live.getMetadata().getResourceVersion())));
    return Optional.of(patch.toString());
  }

  private static JsonNode entries(HasMetadata live) {
    return JSON.valueToTree(live.getMetadata().getManagedFields());
  }

  private static boolean isOurs(JsonNode entry, String manager) {
    return entry.path("manager").asText().equals(manager)
        && entry.path("operation").asText().equals("Apply")
        && isWhole(entry);
  }

  private static boolean isWhole(JsonNode entry) {
    return entry.path("subresource").asText("").isEmpty();
  }

  private static ObjectNode entry(HasMetadata live, String manager) {
    return JSON.createObjectNode()
        .put("manager", manager)
        .put("operation", "Apply")
        .put("apiVersion", live.getApiVersion())
        .put("fieldsType", "FieldsV1");
  }

  private static ObjectNode replace(String path, JsonNode value) {
    ObjectNode operation = JSON.createObjectNode().put("op", "replace").put("path", path);
    operation.set("value", value);
    return operation;
  }

  private static void unite(ObjectNode into, JsonNode fields) {
    fields
        .properties()
        .forEach(
            field -> {
              if (into.get(field.getKey()) instanceof ObjectNode deep) {
                unite(deep, field.getValue());
              } else {
                into.set(field.getKey(), field.getValue().deepCopy());
              }
            });
  }
}
