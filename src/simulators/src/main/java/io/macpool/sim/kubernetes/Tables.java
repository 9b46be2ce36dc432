package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists as {@code kubectl get} shows them: columns by resource, a row per object. */
final class Tables {

  private static final Pattern STEP =
      Pattern.compile(
          "\\.([A-Za-z0-9_-]+)|\\[\\?\\(@\\.([a-zA-Z]+)==[\"']([^\"']*)[\"']\\)\\]|\\[(\\d+)\\]");

  private final Clock clock;

  Tables(Clock clock) {
    this.clock = clock;
  }

  private record Column(
      String name, String type, int priority, Function<JsonNode, JsonNode> cell) {}

  /** The table of a list, or of one object. */
  ObjectNode of(ResourceType type, JsonNode body) {
    ObjectNode table = empty(type);
    JsonNode items = body.path("items");
    if (items.isArray()) {
      table.set("metadata", body.path("metadata"));
      items.forEach(object -> addRow(table, type, object));
    } else {
      addRow(table, type, body);
    }
    return table;
  }

  /** A table of one row, for a watch. */
  ObjectNode row(ResourceType type, ObjectNode object) {
    return of(type, object);
  }

  private ObjectNode empty(ResourceType type) {
    ObjectNode table = JsonNodeFactory.instance.objectNode();
    table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    table.putObject("metadata");
    ArrayNode definitions = table.putArray("columnDefinitions");
    for (Column column : columns(type)) {
      definitions
          .addObject()
          .put("name", column.name())
          .put("type", column.type())
          .put("format", column.name().equals("Name") ? "name" : "")
          .put("description", column.name())
          .put("priority", column.priority());
    }
    table.putArray("rows");
    return table;
  }

  private void addRow(ObjectNode table, ResourceType type, JsonNode object) {
    ObjectNode row = table.withArrayProperty("rows").addObject();
    ArrayNode cells = row.putArray("cells");
    columns(type).forEach(column -> cells.add(column.cell().apply(object)));
    ObjectNode partial = row.putObject("object");
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
    partial.set("metadata", object.path("metadata"));
  }

  private List<Column> columns(ResourceType type) {
    List<Column> columns = new ArrayList<>();
    if (type.resource().equals("events")) {
      return events();
    }
    columns.add(text("Name", Metadata::name));
    switch (type.resource()) {
      case "pods" -> {
        columns.add(text("Ready", object -> ready(object) ? "1/1" : "0/1"));
        columns.add(text("Status", Tables::podStatus));
        columns.add(text("Restarts", object -> restarts(object)));
      }
      case "deployments.apps" -> {
        columns.add(text("Ready", object -> number(object, "readyReplicas") + "/" + spec(object)));
        columns.add(text("Up-to-date", object -> number(object, "updatedReplicas")));
        columns.add(text("Available", object -> number(object, "availableReplicas")));
      }
      case "replicasets.apps" -> {
        columns.add(text("Desired", Tables::spec));
        columns.add(text("Current", object -> number(object, "replicas")));
        columns.add(text("Ready", object -> number(object, "readyReplicas")));
      }
      default -> type.columns().forEach(column -> columns.add(custom(column)));
    }
    if (columns.stream().noneMatch(column -> column.name().equalsIgnoreCase("Age"))) {
      columns.add(
          text("Age", object -> age(Metadata.read(object).path("creationTimestamp").asText())));
    }
    return columns;
  }

  /** As an API server prints them: by what they are about, not by their names. */
  private List<Column> events() {
    return List.of(
        text("Last Seen", event -> age(event.path("lastTimestamp").asText(""))),
        text("Type", event -> event.path("type").asText()),
        text("Reason", event -> event.path("reason").asText()),
        text(
            "Object",
            event ->
                event.at("/involvedObject/kind").asText().toLowerCase(Locale.ROOT)
                    + "/"
                    + event.at("/involvedObject/name").asText()),
        text("Message", event -> event.path("message").asText().strip()));
  }

  private static Column text(String name, Function<JsonNode, String> cell) {
    return new Column(
        name, "string", 0, object -> JsonNodeFactory.instance.textNode(cell.apply(object)));
  }

  private Column custom(JsonNode definition) {
    String type = definition.path("type").asText("string");
    String path = definition.path("jsonPath").asText();
    return new Column(
        definition.path("name").asText(),
        type.equals("date") ? "string" : type,
        definition.path("priority").asInt(0),
        object -> {
          JsonNode value = at(object, path);
          if (value.isMissingNode()) {
            return JsonNodeFactory.instance.nullNode();
          }
          return type.equals("date")
              ? JsonNodeFactory.instance.textNode(age(value.asText()))
              : value;
        });
  }

  /** The simple JSONPath of printer columns: members, indexes, {@code [?(@.type=="X")]}. */
  static JsonNode at(JsonNode object, String path) {
    JsonNode value = object;
    Matcher step = STEP.matcher(path);
    while (step.find()) {
      if (step.group(1) != null) {
        value = value.path(step.group(1));
      } else if (step.group(4) != null) {
        value = value.path(Integer.parseInt(step.group(4)));
      } else {
        value = matching(value, step.group(2), step.group(3));
      }
    }
    return value;
  }

  private static JsonNode matching(JsonNode list, String member, String wanted) {
    for (JsonNode element : list) {
      if (element.path(member).asText().equals(wanted)) {
        return element;
      }
    }
    return list.path(-1);
  }

  private static boolean ready(JsonNode pod) {
    return at(pod, ".status.conditions[?(@.type==\"Ready\")].status").asText().equals("True");
  }

  private static String podStatus(JsonNode pod) {
    if (Metadata.isDeleted(pod)) {
      return "Terminating";
    }
    String waiting = at(pod, ".status.containerStatuses[0].state.waiting.reason").asText("");
    return waiting.isEmpty() ? pod.path("status").path("phase").asText("Pending") : waiting;
  }

  private static String restarts(JsonNode pod) {
    return at(pod, ".status.containerStatuses[0].restartCount").asText("0");
  }

  private static String number(JsonNode object, String name) {
    return object.path("status").path(name).asText("0");
  }

  private static String spec(JsonNode object) {
    return object.path("spec").path("replicas").asText("0");
  }

  private String age(String time) {
    if (time.isEmpty()) {
      return "<unknown>";
    }
    Duration age = Duration.between(Instant.parse(time), clock.instant());
    if (age.toDays() > 1) {
      return age.toDays() + "d";
    }
    if (age.toHours() > 1) {
      return age.toHours() + "h";
    }
    return age.toMinutes() > 1 ? age.toMinutes() + "m" : Math.max(0, age.toSeconds()) + "s";
  }
}
