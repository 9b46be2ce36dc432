package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.yaml.ScalarText;
import io.macpool.gitops.yaml.YamlDocument.Span;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values as YAML. A scalar that stands in the old release is written with the letters that it has
 * there, quotes and all, and keeps its comments: {@code "08"} stays text, {@code 1e4} keeps its
 * spelling.
 */
final class ValuesText {

  private static final String VALUES = "/spec/values";

  private final LegacyRelease release;
  private final Map<String, String> markers;
  private final StringBuilder text = new StringBuilder();

  /** Members whose comments stand above the dash of their item already. */
  private final Set<String> announced = new HashSet<>();

  private int comments;

  /**
   * For one release.
   *
   * @param markers JSON pointer below the values to the comment that its line must end with
   */
  ValuesText(LegacyRelease release, Map<String, String> markers) {
    this.release = release;
    this.markers = Map.copyOf(markers);
  }

  /** The members of {@code values}, one a line, each with {@code indent} before it. */
  String of(JsonNode values, String indent) {
    object(values, "", indent);
    return text.toString();
  }

  /** How many comments of the old release were carried. */
  int comments() {
    return comments;
  }

  private void object(JsonNode value, String pointer, String indent) {
    value
        .properties()
        .forEach(
            entry -> {
              String child = pointer + "/" + YamlReader.escape(entry.getKey());
              above(child, entry.getValue(), indent);
              text.append(indent).append(ScalarText.of(entry.getKey())).append(':');
              member(entry.getValue(), child, indent);
            });
  }

  private void member(JsonNode value, String pointer, String indent) {
    if (value.isContainerNode() && !value.isEmpty()) {
      text.append(beside(pointer, value)).append('\n');
      if (value.isObject()) {
        object(value, pointer, indent + "  ");
      } else {
        array(value, pointer, indent + "  ");
      }
    } else {
      String scalar = scalar(value, pointer, indent + "  ");
      text.append(scalar.isEmpty() ? "" : " ").append(scalar);
      text.append(scalar.contains("\n") ? "" : beside(pointer, value)).append('\n');
    }
  }

  private void array(JsonNode value, String pointer, String indent) {
    for (int i = 0; i < value.size(); i++) {
      String child = pointer + "/" + i;
      JsonNode item = value.get(i);
      above(child, item, indent);
      text.append(indent).append('-');
      if (item.isContainerNode() && !item.isEmpty()) {
        // The first member stands on the line of the dash, and its comments above that.
        String first = item.isObject() ? YamlReader.escape(item.fieldNames().next()) : "0";
        announced.add(child + "/" + first);
        int begin = text.length();
        if (item.isObject()) {
          object(item, child, indent + "  ");
        } else {
          array(item, child, indent + "  ");
        }
        text.replace(begin, begin + indent.length() + 1, "");
      } else {
        String scalar = scalar(item, child, indent + "  ");
        text.append(' ').append(scalar);
        text.append(scalar.contains("\n") ? "" : beside(child, item)).append('\n');
      }
    }
  }

  private String scalar(JsonNode value, String pointer, String indent) {
    if (isAsItWas(value, pointer)) {
      Span span = release.document().scalars().get(VALUES + pointer);
      String raw =
          span == null || span.block()
              ? ""
              : release.file().text().substring(span.start(), span.end());
      boolean own = !raw.isEmpty() && !raw.contains("\n") && "&*!".indexOf(raw.charAt(0)) < 0;
      if (own) {
        return raw;
      }
    }
    if (value.isContainerNode()) {
      return value.isObject() ? "{}" : "[]";
    }
    if (!value.isTextual()) {
      return value.isNull() ? "null" : value.asText();
    }
    return isLiteral(value.asText())
        ? literal(value.asText(), indent)
        : ScalarText.of(value.asText());
  }

  private static boolean isLiteral(String text) {
    boolean simple = text.lines().allMatch(line -> line.matches("[\\x20-\\x7E\\t]*"));
    return text.contains("\n")
        && simple
        && !text.contains("\r")
        && !text.startsWith(" ")
        && !text.startsWith("\n")
        && !text.startsWith("\t")
        && !text.endsWith("\n\n")
        && !text.equals("\n");
  }

  private static String literal(String text, String indent) {
    StringBuilder literal = new StringBuilder(text.endsWith("\n") ? "|" : "|-");
    text.lines().forEach(line -> literal.append('\n').append(line.isEmpty() ? "" : indent + line));
    return literal.toString();
  }

  private boolean isAsItWas(JsonNode value, String pointer) {
    return release.document().content().at(VALUES + pointer).equals(value);
  }

  /** Comments on lines of their own before a member. */
  private void above(String pointer, JsonNode value, String indent) {
    boolean old = !release.document().content().at(VALUES + pointer).isMissingNode();
    if (!old || announced.contains(pointer)) {
      return;
    }
    List<String> lines = new ArrayList<>();
    int line = release.document().lineOf(VALUES + pointer) - 1;
    while (line >= 1 && release.file().line(line).strip().startsWith("#")) {
      lines.add(0, release.file().line(line).strip());
      line--;
    }
    if (markers.containsKey(pointer) && !trailing(pointer, value).isEmpty()) {
      lines.add(trailing(pointer, value));
    }
    lines.forEach(comment -> text.append(indent).append(comment).append('\n'));
    comments += lines.size();
  }

  /** The comment at the end of a member's line, with the space before it; or its marker. */
  private String beside(String pointer, JsonNode value) {
    if (markers.containsKey(pointer)) {
      return " " + markers.get(pointer);
    }
    String comment = trailing(pointer, value);
    comments += comment.isEmpty() ? 0 : 1;
    return comment.isEmpty() ? "" : " " + comment;
  }

  private String trailing(String pointer, JsonNode value) {
    if (!isAsItWas(value, pointer) && !value.isContainerNode()) {
      return "";
    }
    Span span = release.document().scalars().get(VALUES + pointer);
    String source = release.file().text();
    String rest;
    if (span != null && !span.block()) {
      int end = source.indexOf('\n', span.end());
      rest = source.substring(span.end(), end < 0 ? source.length() : end).strip();
    } else if (release.document().content().at(VALUES + pointer).isContainerNode()) {
      String line = release.file().line(release.document().lineOf(VALUES + pointer));
      rest = line.matches("[^#\"']*:\\s+#.*") ? line.substring(line.indexOf('#')).strip() : "";
    } else {
      rest = "";
    }
    return rest.startsWith("#") ? rest : "";
  }
}
