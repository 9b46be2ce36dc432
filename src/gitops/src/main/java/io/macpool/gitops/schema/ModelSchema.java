package io.macpool.gitops.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.annotations.SerializedName;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.macpool.gitops.yaml.YamlReader;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' own OpenAPI document, in the form in which the official Java client ships it: one
 * class a schema, generated, each with the names of its fields and of those it requires. Nothing is
 * deserialized: the JSON is walked along the classes, so that every problem is told with its place.
 */
final class ModelSchema {

  private record Shape(Map<String, Type> fields, Set<String> required) {}

  private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();

  private ModelSchema() {}

  static List<SchemaProblem> validate(Class<?> model, JsonNode object) {
    List<SchemaProblem> problems = new ArrayList<>();
    walk(model, object, "", problems);
    return problems;
  }

  private static void walk(Type type, JsonNode value, String pointer, List<SchemaProblem> out) {
    if (value.isNull() || type.equals(Object.class)) {
      return;
    }
    if (type instanceof ParameterizedType generic) {
      walkCollection(generic, value, pointer, out);
      return;
    }
    Class<?> model = (Class<?>) type;
    String expected = expectedScalar(model, value);
    if (expected != null) {
      if (!expected.isEmpty()) {
        out.add(new SchemaProblem(pointer, "must be " + expected + ", and is " + value));
      }
      return;
    }
    walkObject(shape(model), value, pointer, out);
  }

  private static void walkObject(
      Shape shape, JsonNode value, String pointer, List<SchemaProblem> out) {
    if (!value.isObject()) {
      out.add(new SchemaProblem(pointer, "must be an object, and is " + value));
      return;
    }
    for (String name : shape.required()) {
      if (!value.hasNonNull(name)) {
        out.add(new SchemaProblem(pointer + "/" + name, "is required and missing"));
      }
    }
    value
        .properties()
        .forEach(
            property -> {
              String child = pointer + "/" + YamlReader.escape(property.getKey());
              Type type = shape.fields().get(property.getKey());
              if (type == null) {
                out.add(new SchemaProblem(child, "is not a field that Kubernetes knows"));
              } else {
                walk(type, property.getValue(), child, out);
              }
            });
  }

  private static void walkCollection(
      ParameterizedType generic, JsonNode value, String pointer, List<SchemaProblem> out) {
    Type[] arguments = generic.getActualTypeArguments();
    if (generic.getRawType().equals(List.class)) {
      if (!value.isArray()) {
        out.add(new SchemaProblem(pointer, "must be a list, and is " + value));
        return;
      }
      for (int i = 0; i < value.size(); i++) {
        walk(arguments[0], value.get(i), pointer + "/" + i, out);
      }
    } else if (!value.isObject()) {
      out.add(new SchemaProblem(pointer, "must be a map, and is " + value));
    } else {
      value
          .properties()
          .forEach(
              entry ->
                  walk(
                      arguments[1],
                      entry.getValue(),
                      pointer + "/" + YamlReader.escape(entry.getKey()),
                      out));
    }
  }

  /** Null if the class is no scalar, empty if the value is one of it, else what it must be. */
  private static @Nullable String expectedScalar(Class<?> model, JsonNode value) {
    if (model.equals(String.class)
        || model.equals(byte[].class)
        || model.equals(OffsetDateTime.class)) {
      return value.isTextual() ? "" : "text (in quotes, if it looks like something else)";
    }
    if (model.equals(Integer.class) || model.equals(Long.class)) {
      return value.isIntegralNumber() ? "" : "a whole number";
    }
    if (model.equals(Boolean.class)) {
      return value.isBoolean() ? "" : "true or false";
    }
    if (Number.class.isAssignableFrom(model)) {
      return value.isNumber() ? "" : "a number";
    }
    if (model.equals(IntOrString.class)) {
      return value.isIntegralNumber() || value.isTextual() ? "" : "a whole number or text";
    }
    if (model.equals(Quantity.class)) {
      return isQuantity(value) ? "" : "a quantity such as 250m or 384Mi";
    }
    return null;
  }

  private static boolean isQuantity(JsonNode value) {
    return value.isNumber()
        || (value.isTextual()
            && value
                .asText()
                .matches("[+-]?[0-9]+(\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]+)?"));
  }

  private static Shape shape(Class<?> model) {
    return SHAPES.computeIfAbsent(model, ModelSchema::readShape);
  }

  private static Shape readShape(Class<?> model) {
    try {
      Map<String, Type> fields = new HashMap<>();
      for (Field field : model.getDeclaredFields()) {
        SerializedName name = field.getAnnotation(SerializedName.class);
        if (name != null) {
          fields.put(name.value(), field.getGenericType());
        }
      }
      Set<String> required = new HashSet<>();
      for (Object name : (Set<?>) model.getField("openapiRequiredFields").get(null)) {
        required.add((String) name);
      }
      return new Shape(fields, required);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(model + " is not a generated Kubernetes model", e);
    }
  }
}
