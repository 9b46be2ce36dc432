package io.macpool.gitops.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * One document of a YAML file, as plain JSON, with the line on which each value stands.
 *
 * @param content a JSON object, or whatever else the document holds
 * @param lines JSON pointer of each value to its line, counted from 1; the empty pointer is the
 *     document's own
 * @param doubtful plain scalars that YAML 1.1, which Kubernetes reads, takes for something else
 *     than YAML 1.2 does
 */
public record YamlDocument(
    JsonNode content, Map<String, Integer> lines, List<DoubtfulScalar> doubtful) {

  /** A scalar such as {@code yes} or {@code 0755}. */
  public record DoubtfulScalar(int line, String text) {}

  public YamlDocument {
    lines = Map.copyOf(lines);
    doubtful = List.copyOf(doubtful);
  }

  /** The line of the value at {@code pointer}, or of the nearest value around it that exists. */
  public int lineOf(String pointer) {
    String nearest = pointer;
    while (!lines.containsKey(nearest)) {
      int slash = nearest.lastIndexOf('/');
      if (slash < 0) {
        return 1;
      }
      nearest = nearest.substring(0, slash);
    }
    return lines.get(nearest);
  }

  /** The text at {@code pointer}; empty when there is none or it is not a scalar. */
  public String text(String pointer) {
    return content.at(pointer).asText("");
  }

  public String apiVersion() {
    return text("/apiVersion");
  }

  public String kind() {
    return text("/kind");
  }

  public String name() {
    return text("/metadata/name");
  }
}
