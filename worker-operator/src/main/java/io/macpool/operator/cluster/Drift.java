package io.macpool.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Whether an object in the API still has what we applied. Fields that the server filled in beside
 * ours don't count, so that an unchanged object costs no write.
 */
final class Drift {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Drift() {}

  /** A short text that changes with any field of {@code object}. */
  static String checksum(Object object) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] text = JSON.valueToTree(object).toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(digest.digest(text), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** Whether every field of {@code desired} is in {@code actual} with the same value. */
  static boolean holds(Object desired, Object actual) {
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
