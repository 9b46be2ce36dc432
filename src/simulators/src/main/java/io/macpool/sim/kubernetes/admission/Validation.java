package io.macpool.sim.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Refuses what a custom resource's structural schema forbids: types, required members, ranges,
 * lengths, patterns, enumerations. CEL rules are not evaluated; a real API server does that.
 */
public final class Validation {

  private final List<String> problems = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  /** Where the scale subresource reads and writes; empty if the type has none. */
  private final String scaled;

  private Validation(ResourceType type) {
    scaled = type.isCustom() ? type.scale().map(s -> String.join(".", s.spec())).orElse("") : "";
  }

  /**
   * Checks the object and takes out members that its schema does not know.
   *
   * @throws ApiFailure 422 naming every field that is wrong
   */
  static void check(ResourceType type, ObjectNode object) {
    if (!type.schema().isObject()) {
      return;
    }
    Validation validation = new Validation(type);
    validation.readAll(type, object);
    validation.required(object, type.schema(), "");
    if (!validation.problems.isEmpty()) {
      throw ApiFailure.invalid(type, Metadata.name(object), String.join(", ", validation.problems));
    }
  }

  /**
   * Refuses members that the schema does not know, of a whole object or of a part of one: what
   * {@code fieldValidation=Strict} asks for, as kubectl does.
   *
   * @throws ApiFailure 400 naming every such field
   */
  public static void refuseUnknown(ResourceType type, ObjectNode part) {
    Validation validation = new Validation(type);
    validation.readAll(type, part.deepCopy());
    if (!validation.unknown.isEmpty()) {
      throw ApiFailure.badRequest(
          validation.unknown.stream()
              .map(field -> "unknown field \"" + field + "\"")
              .collect(Collectors.joining(", ", "strict decoding error: ", "")));
    }
  }

  private void readAll(ResourceType type, ObjectNode object) {
    for (var property : type.schema().path("properties").properties()) {
      String name = property.getKey();
      if (!name.equals("metadata") && object.has(name)) {
        object.set(name, whole(object.get(name), property.getValue(), name));
        read(object.get(name), property.getValue(), name);
      }
    }
  }

  private void read(JsonNode value, JsonNode schema, String path) {
    if (value.isNull() && schema.path("nullable").asBoolean()) {
      return;
    }
    if (!hasType(value, schema)) {
      problems.add(
          path + ": Invalid value: " + value + ": must be of type " + schema.path("type").asText());
      return;
    }
    if (value instanceof ObjectNode object) {
      members(object, schema, path);
    } else if (value instanceof ArrayNode array) {
      for (int i = 0; i < value.size(); i++) {
        String element = path + "[" + i + "]";
        array.set(i, whole(value.get(i), schema.path("items"), element));
        read(value.get(i), schema.path("items"), element);
      }
    } else {
      scalar(value, schema, path);
    }
  }

  private void members(ObjectNode object, JsonNode schema, String path) {
    required(object, schema, path + ".");
    JsonNode properties = schema.path("properties");
    JsonNode others = schema.path("additionalProperties");
    boolean keeps =
        schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()
            || schema.path("x-kubernetes-embedded-resource").asBoolean()
            || others.isObject()
            || others.asBoolean();
    List<String> pruned = new ArrayList<>();
    for (var member : object.properties()) {
      String inner = path + "." + member.getKey();
      JsonNode rules = properties.path(member.getKey());
      if (rules.isObject() || others.isObject()) {
        JsonNode its = rules.isObject() ? rules : others;
        member.setValue(whole(member.getValue(), its, inner));
        read(member.getValue(), its, inner);
      } else if (!keeps) {
        pruned.add(member.getKey());
        unknown.add(inner);
      }
    }
    object.remove(pruned);
  }

  private void required(ObjectNode object, JsonNode schema, String prefix) {
    for (JsonNode name : schema.path("required")) {
      if (!object.has(name.asText())) {
        problems.add(prefix + name.asText() + ": Required value");
      }
    }
  }

  /** An integer may be written as 3.0, and is kept as 3: not so the one that scale reads. */
  private JsonNode whole(JsonNode value, JsonNode schema, String path) {
    boolean point = value.isFloatingPointNumber() && value.canConvertToExactIntegral();
    if (!point || !value.canConvertToLong() || !schema.path("type").asText().equals("integer")) {
      return value;
    }
    if (path.equals(scaled)) {
      problems.add(
          ".%s: Invalid value: 0: .%s accessor error: %s is of the type float64, expected int64"
              .formatted(path, path, value.longValue()));
    }
    return LongNode.valueOf(value.longValue());
  }

  private static boolean hasType(JsonNode value, JsonNode schema) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return value.isTextual() || value.isIntegralNumber();
    }
    return switch (schema.path("type").asText("")) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      default -> true;
    };
  }

  private void scalar(JsonNode value, JsonNode schema, String path) {
    if (path.equals(scaled) && !value.canConvertToInt()) {
      problems.add(
          path
              + ": Invalid value: "
              + value
              + ": should be less than or equal to "
              + Integer.MAX_VALUE);
    } else if (path.equals(scaled) && value.asInt() < 0) {
      problems.add(path + ": Invalid value: " + value + ": should be a non-negative integer");
    }
    if (schema.has("minimum")) {
      minimum(value, schema, path);
    }
    if (schema.has("maximum") && value.asDouble() > schema.get("maximum").asDouble()) {
      problems.add(
          path + ": Invalid value: " + value + ": should be at most " + schema.get("maximum"));
    }
    if (schema.has("minLength") && value.asText().length() < schema.get("minLength").asInt()) {
      problems.add(path + ": Invalid value: " + value + ": is too short");
    }
    if (schema.has("maxLength") && value.asText().length() > schema.get("maxLength").asInt()) {
      problems.add(path + ": Too long: may not be more than " + schema.get("maxLength") + " bytes");
    }
    if (schema.has("pattern")
        && !Pattern.compile(schema.get("pattern").asText()).matcher(value.asText()).find()) {
      problems.add(
          path
              + ": Invalid value: "
              + value
              + ": should match '"
              + schema.get("pattern").asText()
              + "'");
    }
    if (schema.path("enum").isArray() && !contains(schema.path("enum"), value)) {
      problems.add(
          path + ": Unsupported value: " + value + ": supported values: " + schema.get("enum"));
    }
  }

  private void minimum(JsonNode value, JsonNode schema, String path) {
    double least = schema.get("minimum").asDouble();
    boolean exclusive = schema.path("exclusiveMinimum").asBoolean();
    if (value.asDouble() < least || (exclusive && value.asDouble() == least)) {
      String bound = exclusive ? "greater than " : "greater than or equal to ";
      problems.add(
          path + ": Invalid value: " + value + ": should be " + bound + schema.get("minimum"));
    }
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode element : list) {
      if (element.equals(value)) {
        return true;
      }
    }
    return false;
  }
}
