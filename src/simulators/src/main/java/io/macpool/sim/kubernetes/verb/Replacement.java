package io.macpool.sim.kubernetes.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.List;

/** What becomes of an object that is written over: which of its parts a write may change. */
final class Replacement {

  private Replacement() {}

  /** The present object with the wanted status and nothing else of what is wanted. */
  static ObjectNode ofStatus(ObjectNode present, ObjectNode wanted) {
    ObjectNode result = present.deepCopy();
    JsonNode status = wanted.get("status");
    if (status == null) {
      result.remove("status");
    } else {
      result.set("status", status.deepCopy());
    }
    keepManagedFields(result, wanted);
    return result;
  }

  private static void keepManagedFields(ObjectNode result, ObjectNode wanted) {
    JsonNode managed = Metadata.read(wanted).get("managedFields");
    if (managed != null) {
      Metadata.of(result).set("managedFields", managed);
    }
  }

  /** The wanted object with the status and with what nobody may change of the present one. */
  static ObjectNode exceptStatus(ResourceType type, ObjectNode present, ObjectNode wanted) {
    ObjectNode result = wanted.deepCopy();
    result.put("apiVersion", type.apiVersion()).put("kind", type.kind());
    if (type.status()) {
      result.remove("status");
      if (present.has("status")) {
        result.set("status", present.get("status"));
      }
    }
    ObjectNode metadata = Metadata.of(result);
    JsonNode before = Metadata.read(present);
    for (String fixed :
        new String[] {
          "name",
          "namespace",
          "uid",
          "creationTimestamp",
          "generation",
          "resourceVersion",
          "deletionTimestamp",
          "deletionGracePeriodSeconds"
        }) {
      metadata.remove(fixed);
      if (before.has(fixed)) {
        metadata.set(fixed, before.get(fixed));
      }
    }
    if (!metadata.has("managedFields") && before.has("managedFields")) {
      metadata.set("managedFields", before.get("managedFields"));
    }
    return result;
  }

  /** What a generation counts changes of: all but metadata and status. */
  static ObjectNode spec(ObjectNode object) {
    return object.deepCopy().without(List.of("metadata", "status"));
  }
}
