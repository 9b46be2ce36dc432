package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Reading and writing an object's {@code metadata}. */
final class Metadata {

  private Metadata() {}

  static ObjectNode of(ObjectNode object) {
    return object.withObjectProperty("metadata");
  }

  static JsonNode read(JsonNode object) {
    return object.path("metadata");
  }

  static String name(JsonNode object) {
    return read(object).path("name").asText("");
  }

  static String namespace(JsonNode object) {
    return read(object).path("namespace").asText("");
  }

  static String uid(JsonNode object) {
    return read(object).path("uid").asText("");
  }

  static String version(JsonNode object) {
    return read(object).path("resourceVersion").asText("");
  }

  static boolean isDeleted(JsonNode object) {
    return read(object).hasNonNull("deletionTimestamp");
  }

  static boolean hasFinalizers(JsonNode object) {
    return !read(object).path("finalizers").isEmpty();
  }

  static boolean isOwnedBy(JsonNode object, String uid) {
    for (JsonNode owner : read(object).path("ownerReferences")) {
      if (owner.path("uid").asText().equals(uid)) {
        return true;
      }
    }
    return false;
  }

  /** The owner that manages the object. */
  static Optional<JsonNode> controller(JsonNode object) {
    for (JsonNode owner : read(object).path("ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        return Optional.of(owner);
      }
    }
    return Optional.empty();
  }

  /** Makes {@code owner} the managing owner of {@code object}. */
  static void own(ObjectNode object, JsonNode owner) {
    ArrayNode owners = of(object).putArray("ownerReferences");
    owners
        .addObject()
        .put("apiVersion", owner.path("apiVersion").asText())
        .put("kind", owner.path("kind").asText())
        .put("name", name(owner))
        .put("uid", uid(owner))
        .put("controller", true)
        .put("blockOwnerDeletion", true);
  }

  /** RFC 3339 in whole seconds, as the API writes times. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
