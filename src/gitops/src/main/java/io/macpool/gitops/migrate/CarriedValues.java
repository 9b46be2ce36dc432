package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;

/** Old values in the names of today's chart; what the chart does not know is told and left out. */
final class CarriedValues {

  private final LegacyRelease release;
  private final List<Note> notes;

  CarriedValues(LegacyRelease release, List<Note> notes) {
    this.release = release;
    this.notes = notes;
  }

  ObjectNode of(Chart chart) {
    ObjectNode values =
        release.values().isObject()
            ? release.values().deepCopy()
            : JsonNodeFactory.instance.objectNode();
    if (chart.name().equals(Chart.WORKER)) {
      carryWorker(values);
    }
    prune(values, chart.schema(), "");
    return values;
  }

  private void carryWorker(ObjectNode values) {
    JsonNode concurrency = values.path("concurrency");
    if (concurrency.has("poolSize") && !values.has("poolSize")) {
      values.set("poolSize", concurrency.get("poolSize"));
      ((ObjectNode) concurrency).remove("poolSize");
    }
    if (concurrency.has("totalJobs")) {
      note(
          "/concurrency/totalJobs",
          "values.concurrency.totalJobs ("
              + concurrency.get("totalJobs").asText()
              + ") was a limit kept in Redis: a WorkerCluster's cluster.maxJobs takes its place");
      ((ObjectNode) concurrency).remove("totalJobs");
    }
    if (concurrency.isObject() && concurrency.isEmpty()) {
      values.remove("concurrency");
    }
    if (!values.at("/cluster/enabled").asBoolean()) {
      // The old chart made a plain Deployment unless told otherwise; today's makes a WorkerCluster.
      values.withObjectProperty("cluster").put("enabled", false);
    } else if (values.at("/cluster/hardwarePool").asText().isEmpty()) {
      note("/cluster", "the cluster is bounded by no hardware pool: add cluster.hardwarePool");
    }
    if (values.path("queue").isTextual() && values.path("queue").asText().isEmpty()) {
      note(
          "/queue",
          "values.queue is empty, so the worker took its queue from its Secret: write the name"
              + " here");
    }
  }

  private void prune(ObjectNode values, JsonNode schema, String pointer) {
    List<String> unknown = new ArrayList<>();
    values
        .properties()
        .forEach(
            entry -> {
              JsonNode known = schema.path("properties").path(entry.getKey());
              String child = pointer + "/" + YamlReader.escape(entry.getKey());
              if (known.isMissingNode()
                  && schema.has("additionalProperties")
                  && !schema.path("additionalProperties").asBoolean(true)) {
                unknown.add(entry.getKey());
                note(
                    child,
                    "values"
                        + child.replace('/', '.')
                        + " ("
                        + entry.getValue()
                        + ") is not carried: the chart has no such value");
              } else if (entry.getValue() instanceof ObjectNode object) {
                prune(object, known, child);
              }
            });
    values.remove(unknown);
  }

  private void note(String pointer, String text) {
    notes.add(
        new Note(release.file().path(), release.document().lineOf("/spec/values" + pointer), text));
  }
}
