package io.macpool.sim.kubernetes.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Reading and writing an object's {@code metadata}. */
public final class Metadata {

  private Metadata() {}

  public static ObjectNode of(ObjectNode object) {
    return object.withObjectProperty("metadata");
  }

  public static JsonNode read(JsonNode object) {
    return object.path("metadata");
  }

  public static String name(JsonNode object) {
    return read(object).path("name").asText("");
  }

  public static String namespace(JsonNode object) {
    return read(object).path("namespace").asText("");
  }

  public static String uid(JsonNode object) {
    return read(object).path("uid").asText("");
  }

  public static String version(JsonNode object) {
    return read(object).path("resourceVersion").asText("");
  }

  public static boolean isDeleted(JsonNode object) {
    return read(object).hasNonNull("deletionTimestamp");
  }

  public static boolean hasFinalizers(JsonNode object) {
    return !read(object).path("finalizers").isEmpty();
  }

  public static boolean isOwnedBy(JsonNode object, String uid) {
    for (JsonNode owner : read(object).path("ownerReferences")) {
      if (owner.path("uid").asText().equals(uid)) {
        return true;
      }
    }
    return false;
  }

  /** The owner that manages the object. */
  public static Optional<JsonNode> controller(JsonNode object) {
    for (JsonNode owner : read(object).path("ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        return Optional.of(owner);
      }
    }
    return Optional.empty();
  }

  /** Makes {@code owner} the managing owner of {@code object}. */
  public static void own(ObjectNode object, JsonNode owner) {
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
  public static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
