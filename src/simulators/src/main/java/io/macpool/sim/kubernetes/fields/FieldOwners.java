package io.macpool.sim.kubernetes.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who owns what by ordinary writes: whoever changes a field owns it from then on, apart from what
 * the same manager applies. An API server keeps that for all objects; here it is kept for
 * Deployments, the only ones that appliers and others both write.
 */
public final class FieldOwners {

  /**
   * Who writes.
   *
   * @param manager empty if nobody asks who it was, as for our own controllers
   */
  public record Writer(String manager, String subresource) {
    public static final Writer NOBODY = new Writer("", "");
  }

  private FieldOwners() {}

  /** Notes in {@code after} what an ordinary write changed. */
  public static void note(
      ResourceType type, ObjectNode before, ObjectNode after, Writer writer, Instant now) {
    if (writer.manager().isEmpty() || !type.resource().equals("deployments.apps")) {
      return;
    }
    List<ObjectNode> entries = entries(after);
    ObjectNode is = contents(after);
    ObjectNode was = contents(before);
    entries.forEach(entry -> disown(entry.path("fieldsV1"), was, is));
    ObjectNode changed = changed(new FieldSets(new FieldShapes(type)).of(is), was, is);
    if (!changed.isEmpty()) {
      ObjectNode own = own(entries, type, writer);
      FieldSets.unite((ObjectNode) own.get("fieldsV1"), changed);
      own.put("time", Metadata.time(now));
    }
    entries.removeIf(entry -> entry.path("fieldsV1").isEmpty());
    ArrayNode kept = Metadata.of(after).putArray("managedFields");
    entries.forEach(kept::add);
  }

  private static List<ObjectNode> entries(ObjectNode object) {
    List<ObjectNode> entries = new ArrayList<>();
    Metadata.read(object).path("managedFields").forEach(entry -> entries.add(entry.deepCopy()));
    return entries;
  }

  private static ObjectNode contents(ObjectNode object) {
    return object.deepCopy().without(List.of("status"));
  }

  private static ObjectNode own(List<ObjectNode> entries, ResourceType type, Writer writer) {
    Optional<ObjectNode> known =
        entries.stream()
            .filter(
                entry ->
                    entry.path("manager").asText().equals(writer.manager())
                        && entry.path("operation").asText().equals("Update")
                        && entry.path("subresource").asText("").equals(writer.subresource()))
            .findFirst();
    if (known.isPresent()) {
      return known.get();
    }
    ObjectNode made = JsonNodeFactory.instance.objectNode();
    made.put("manager", writer.manager()).put("operation", "Update");
    made.put("apiVersion", type.apiVersion()).put("fieldsType", "FieldsV1");
    if (!writer.subresource().isEmpty()) {
      made.put("subresource", writer.subresource());
    }
    made.putObject("fieldsV1");
    entries.add(made);
    return made;
  }

  /** The fields of a set that are not as they were. */
  private static ObjectNode changed(JsonNode set, JsonNode before, JsonNode after) {
    ObjectNode changed = JsonNodeFactory.instance.objectNode();
    for (var field : set.properties()) {
      String step = field.getKey();
      Optional<JsonNode> is = step.equals(".") ? Optional.empty() : FieldSets.find(after, step);
      if (is.isEmpty()) {
        continue;
      }
      Optional<JsonNode> was = FieldSets.find(before, step);
      if (field.getValue().isEmpty()) {
        if (!was.equals(is)) {
          changed.putObject(step);
        }
        continue;
      }
      JsonNode none = JsonNodeFactory.instance.missingNode();
      ObjectNode below = changed(field.getValue(), was.orElse(none), is.get());
      if (was.isEmpty() && field.getValue().has(".")) {
        below.putObject(".");
      }
      if (!below.isEmpty()) {
        changed.set(step, below);
      }
    }
    return changed;
  }

  /** Takes out of a set what somebody else has changed or removed. */
  static void disown(JsonNode set, JsonNode before, JsonNode after) {
    if (!(set instanceof ObjectNode fields)) {
      return;
    }
    List<String> lost = new ArrayList<>();
    for (var field : fields.properties()) {
      String step = field.getKey();
      if (step.equals(".")) {
        continue;
      }
      Optional<JsonNode> is = FieldSets.find(after, step);
      Optional<JsonNode> was = FieldSets.find(before, step);
      if (is.isEmpty()) {
        lost.add(step);
      } else if (field.getValue().isEmpty()) {
        if (!is.equals(was)) {
          lost.add(step);
        }
      } else {
        disown(field.getValue(), was.orElse(JsonNodeFactory.instance.missingNode()), is.get());
        boolean onlySelf = field.getValue().size() == 1 && field.getValue().has(".");
        if (field.getValue().isEmpty() || onlySelf) {
          lost.add(step);
        }
      }
    }
    fields.remove(lost);
  }
}
