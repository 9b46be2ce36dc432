package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.List;

/** The scale subresource: an autoscaling/v1 Scale made of an object, and written back into it. */
final class Scales {

  private Scales() {}

  static ObjectNode read(ResourceType type, ObjectNode object) {
    ResourceType.Scale paths = type.scale().orElseThrow(ApiFailure::noSuchPath);
    if (type.isCustom() && at(object, paths.spec()).isMissingNode()) {
      throw new ApiFailure(
          500,
          "InternalError",
          "Internal error occurred: the spec replicas field \".%s\" does not exist"
              .formatted(String.join(".", paths.spec())));
    }
    ObjectNode scale = JsonNodeFactory.instance.objectNode();
    scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    ObjectNode metadata = scale.putObject("metadata");
    for (String name :
        new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
      if (Metadata.read(object).has(name)) {
        metadata.set(name, Metadata.read(object).get(name));
      }
    }
    scale.putObject("spec").put("replicas", at(object, paths.spec()).asInt(0));
    ObjectNode status = scale.putObject("status");
    status.put("replicas", at(object, paths.status()).asInt(0));
    String selector =
        paths
            .selector()
            .map(path -> at(object, path).asText(""))
            .orElseGet(() -> Selectors.query(object.path("spec").path("selector")));
    if (!selector.isEmpty()) {
      status.put("selector", selector);
    }
    return scale;
  }

  /** The object with the scale's replicas, and its resourceVersion as the one to be met. */
  static ObjectNode write(ResourceType type, ObjectNode object, JsonNode scale) {
    ResourceType.Scale paths = type.scale().orElseThrow(ApiFailure::noSuchPath);
    ObjectNode parent = object;
    for (String name : paths.spec().subList(0, paths.spec().size() - 1)) {
      parent = parent.withObjectProperty(name);
    }
    int replicas = scale.path("spec").path("replicas").asInt(0);
    if (replicas < 0) {
      throw ApiFailure.invalid(
          type, Metadata.name(object), "spec.replicas: must be greater than or equal to 0");
    }
    parent.put(paths.spec().get(paths.spec().size() - 1), replicas);
    String version = Metadata.version(scale);
    if (!version.isEmpty()) {
      Metadata.of(object).put("resourceVersion", version);
    }
    return object;
  }

  private static JsonNode at(JsonNode object, List<String> path) {
    JsonNode value = object;
    for (String name : path) {
      value = value.path(name);
    }
    return value;
  }
}
