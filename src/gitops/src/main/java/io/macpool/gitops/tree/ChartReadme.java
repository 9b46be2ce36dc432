package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** A chart's README: its purpose, and every value with type, default and meaning. */
public final class ChartReadme {

  private ChartReadme() {}

  public static String of(Chart chart) {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(chart.name()).append("\n\n");
    text.append(chart.schema().path("title").asText().replaceFirst("^.*?: (.)", "$1"))
        .append(".\n\n");
    text.append(
            "Written from `values.schema.json` by `gitops chart-docs`; a test fails when they differ.\n"
                + "Version ")
        .append(chart.version())
        .append("; its releases are named `")
        .append(chart.releaseName())
        .append("` or `")
        .append(chart.releaseName())
        .append("-…`. docs/gitops.md tells how a release is changed.\n\n");
    text.append("| value | type | default | meaning |\n| --- | --- | --- | --- |\n");
    List<String> rows = new ArrayList<>();
    collect(chart.schema(), "", rows);
    rows.forEach(row -> text.append(row).append('\n'));
    return text.toString();
  }

  private static void collect(JsonNode schema, String prefix, List<String> rows) {
    schema
        .path("properties")
        .properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue();
              String path = prefix + entry.getKey();
              if (value.path("properties").isObject() && !value.has("default")) {
                collect(value, path + ".", rows);
              } else if (!path.equals("global")) {
                rows.add(row(path, value, isRequired(schema, entry.getKey())));
              }
            });
  }

  private static boolean isRequired(JsonNode schema, String name) {
    for (JsonNode required : schema.path("required")) {
      if (required.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static String row(String path, JsonNode value, boolean required) {
    String standing =
        value.has("default") ? "`" + value.get("default") + "`" : required ? "**required**" : "";
    return "| `"
        + path
        + "` | "
        + type(value)
        + " | "
        + standing.replace("|", "\\|")
        + " | "
        + value.path("description").asText().replace("|", "\\|")
        + " |";
  }

  private static String type(JsonNode value) {
    if (value.has("enum")) {
      List<String> choices = new ArrayList<>();
      for (JsonNode choice : value.get("enum")) {
        if (!choice.asText().isEmpty()) { // not a choice: nothing is chosen yet
          choices.add("`" + choice.asText() + "`");
        }
      }
      return String.join(", ", choices);
    }
    if (value.has("anyOf")) {
      List<String> types = new ArrayList<>();
      value.get("anyOf").forEach(choice -> types.add(choice.path("type").asText()));
      return String.join(" or ", types);
    }
    return value.path("type").asText();
  }
}
