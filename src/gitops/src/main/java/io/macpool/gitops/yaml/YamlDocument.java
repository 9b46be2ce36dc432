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
 * @param scalars JSON pointer of each scalar to where it stands in the file's text
 * @param doubtful plain scalars that not all programs that read the file take for the same
 */
public record YamlDocument(
    JsonNode content,
    Map<String, Integer> lines,
    Map<String, Span> scalars,
    List<DoubtfulScalar> doubtful) {

  /** A scalar such as {@code yes} or {@code 0755}. */
  public record DoubtfulScalar(int line, String text) {}

  /**
   * A part of a file's text, as {@link String#substring(int, int)} takes it: a scalar with its
   * quotes.
   *
   * @param block whether it is a block scalar, which ends with a line of its own
   */
  public record Span(int start, int end, boolean block) {}

  public YamlDocument {
    lines = Map.copyOf(lines);
    scalars = Map.copyOf(scalars);
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
