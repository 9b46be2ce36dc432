package io.macpool.operator.cluster.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether an object in the API still has what we applied. Fields that the server filled in beside
 * ours don't count, so that an unchanged object costs no write.
 */
public final class Drift {

  /** As server-side apply has them. */
  private static final List<String> KEYS = List.of("name", "mountPath", "uid");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Drift() {}

  /** A short text that changes with any field of {@code object}. */
  public static String checksum(Object object) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] text = JSON.valueToTree(object).toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(digest.digest(text), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** Whether every field of {@code desired} is in {@code actual} with the same value. */
  public static boolean holds(Object desired, Object actual) {
    return holds(JSON.valueToTree(desired), JSON.<JsonNode>valueToTree(actual));
  }

  private static boolean holds(JsonNode desired, JsonNode actual) {
    if (desired.isObject()) {
      for (Map.Entry<String, JsonNode> field : desired.properties()) {
        JsonNode there = actual.get(field.getKey());
        if (!holds(field.getValue(), there == null ? NullNode.getInstance() : there)) {
          return false;
        }
      }
      return true;
    }
    if (desired.isArray()) {
      Optional<String> key = key(desired);
      if (key.isPresent()) {
        return holdsByKey(desired, actual, key.get());
      }
      boolean same = desired.size() == actual.size();
      for (int i = 0; same && i < desired.size(); i++) {
        same = holds(desired.get(i), actual.get(i));
      }
      return same || (desired.isEmpty() && actual.isNull());
    }
    return desired.equals(actual)
        || (isEmpty(desired) && isEmpty(actual))
        || sameQuantity(desired, actual);
  }

  /** What tells the elements apart of a list that is ours element by element. */
  private static Optional<String> key(JsonNode list) {
    return KEYS.stream()
        .filter(
            key -> {
              boolean all = !list.isEmpty();
              for (JsonNode element : list) {
                all &= element.path(key).isTextual();
              }
              return all;
            })
        .findFirst();
  }

  /** Others may have put elements of their own beside ours. */
  private static boolean holdsByKey(JsonNode desired, JsonNode actual, String key) {
    for (JsonNode wanted : desired) {
      boolean found = false;
      for (JsonNode there : actual) {
        found |= wanted.path(key).equals(there.path(key)) && holds(wanted, there);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  /** The part of an object that has the shape of what we apply: what others made of our fields. */
  public static JsonNode ofOurs(Object desired, Object actual) {
    return ofOurs(JSON.valueToTree(desired), JSON.<JsonNode>valueToTree(actual));
  }

  private static JsonNode ofOurs(JsonNode desired, JsonNode actual) {
    if (desired.isObject() && actual.isObject()) {
      ObjectNode part = JSON.createObjectNode();
      desired
          .properties()
          .forEach(
              field ->
                  part.set(field.getKey(), ofOurs(field.getValue(), actual.path(field.getKey()))));
      return part;
    }
    Optional<String> key = desired.isArray() ? key(desired) : Optional.empty();
    if (key.isPresent() && actual.isArray()) {
      ObjectNode part = JSON.createObjectNode();
      for (JsonNode wanted : desired) {
        for (JsonNode there : actual) {
          if (wanted.path(key.get()).equals(there.path(key.get()))) {
            part.set(wanted.path(key.get()).asText(), ofOurs(wanted, there));
          }
        }
      }
      return part;
    }
    return actual.isMissingNode() ? NullNode.getInstance() : actual;
  }

  private static boolean isEmpty(JsonNode node) {
    return node.isNull() || (node.isTextual() && node.textValue().isEmpty());
  }

  /** The server writes 1000m as 1. */
  private static boolean sameQuantity(JsonNode one, JsonNode other) {
    if (!one.isTextual() || !other.isTextual()) {
      return false;
    }
    try {
      return Quantity.parse(one.textValue()).equals(Quantity.parse(other.textValue()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
