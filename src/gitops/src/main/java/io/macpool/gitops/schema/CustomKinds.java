package io.macpool.gitops.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Schemas of kinds that Kubernetes itself does not know: those of CustomResourceDefinitions, and,
 * bundled, those of Flux and the Prometheus operator as far as a deployment tree uses them.
 */
final class CustomKinds {

  private static final ObjectMapper YAML = new YAMLMapper();

  private CustomKinds() {}

  /** {@code apiVersion/kind} to JSON Schema. */
  static Map<String, JsonNode> bundled() {
    try (InputStream in = CustomKinds.class.getResourceAsStream("custom-kinds.yaml")) {
      JsonNode file = YAML.readTree(in);
      Map<String, JsonNode> schemas = new HashMap<>();
      file.path("kinds")
          .properties()
          .forEach(
              kind -> {
                ObjectNode schema = (ObjectNode) kind.getValue();
                schema.set("definitions", file.path("definitions"));
                boolean local = kind.getKey().startsWith("kustomize.config.k8s.io/");
                schemas.put(kind.getKey(), closed(schema, !local));
              });
      return schemas;
    } catch (IOException e) {
      throw new UncheckedIOException("the bundled schemas cannot be read", e);
    }
  }

  /** The schema of each served version of a CustomResourceDefinition. */
  static Map<String, JsonNode> of(JsonNode definition) {
    Map<String, JsonNode> schemas = new HashMap<>();
    String group = definition.at("/spec/group").asText();
    String kind = definition.at("/spec/names/kind").asText();
    for (JsonNode version : definition.at("/spec/versions")) {
      JsonNode schema = version.at("/schema/openAPIV3Schema").deepCopy();
      schemas.put(
          group + "/" + version.path("name").asText() + "/" + kind,
          closed((ObjectNode) schema, true));
    }
    return schemas;
  }

  /** An object of a custom kind with the three members that every one has. */
  private static JsonNode closed(ObjectNode root, boolean named) {
    ObjectNode properties = root.withObjectProperty("properties");
    properties.putObject("apiVersion").put("type", "string");
    properties.putObject("kind").put("type", "string");
    properties.putObject("metadata").put("type", "object");
    if (named) {
      root.withArrayProperty("required").add("metadata");
    }
    root.put("type", "object");
    close(root);
    ((ObjectNode) properties.get("metadata")).remove("additionalProperties");
    return root;
  }

  /**
   * Kubernetes drops fields that a structural schema does not name; a person who wrote one meant
   * something, so here they are refused.
   */
  private static void close(JsonNode schema) {
    if (schema instanceof ArrayNode array) {
      array.forEach(CustomKinds::close);
      return;
    }
    if (!(schema instanceof ObjectNode object)) {
      return;
    }
    boolean open = object.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    if (object.path("properties").isObject() && !object.has("additionalProperties") && !open) {
      object.put("additionalProperties", false);
    }
    if (object.path("x-kubernetes-int-or-string").asBoolean()) {
      object.remove("type");
      object.remove("anyOf");
      object.putArray("type").add("integer").add("string");
    }
    excludeByNumber(object, "exclusiveMinimum", "minimum");
    excludeByNumber(object, "exclusiveMaximum", "maximum");
    object.properties().forEach(entry -> close(entry.getValue()));
  }

  /** Definitions say it as OpenAPI 3.0 does, by a flag beside the bound; JSON Schema by a bound. */
  private static void excludeByNumber(ObjectNode schema, String exclusive, String bound) {
    if (!schema.path(exclusive).isBoolean()) {
      return;
    }
    boolean excludes = schema.remove(exclusive).asBoolean();
    if (excludes && schema.has(bound)) {
      schema.set(exclusive, schema.remove(bound));
    }
  }
}
