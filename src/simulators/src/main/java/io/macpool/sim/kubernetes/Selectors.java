package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Label and field selectors, as queries and as LabelSelector objects. */
final class Selectors {

  private static final Pattern SET =
      Pattern.compile("\\s*([^\\s!=,()]+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*");
  private static final Pattern EQUALITY =
      Pattern.compile("\\s*([^\\s!=,()]+)\\s*(!=|==|=)\\s*([^\\s,()]*)\\s*");
  private static final Pattern PRESENCE = Pattern.compile("\\s*(!?)\\s*([^\\s!=,()]+)\\s*");

  private Selectors() {}

  /**
   * The objects that a {@code labelSelector} query selects; all if it is empty.
   *
   * @throws ApiFailure 400 if it is not one
   */
  static Predicate<JsonNode> labels(String query) {
    Predicate<JsonNode> all = object -> true;
    // A comma inside parentheses does not part requirements.
    for (String requirement : query.split(",(?![^(]*\\))", -1)) {
      if (!requirement.isBlank()) {
        all = all.and(label(requirement));
      }
    }
    return all;
  }

  private static Predicate<JsonNode> label(String requirement) {
    Matcher set = SET.matcher(requirement);
    if (set.matches()) {
      Set<String> values =
          Stream.of(set.group(3).split(",", -1)).map(String::strip).collect(Collectors.toSet());
      boolean in = set.group(2).equals("in");
      return object -> in == values.contains(label(object, set.group(1)));
    }
    Matcher equality = EQUALITY.matcher(requirement);
    if (equality.matches()) {
      boolean equal = !equality.group(2).equals("!=");
      return object -> equal == equality.group(3).equals(label(object, equality.group(1)));
    }
    Matcher presence = PRESENCE.matcher(requirement);
    if (presence.matches()) {
      boolean present = presence.group(1).isEmpty();
      return object -> present == (label(object, presence.group(2)) != null);
    }
    throw ApiFailure.badRequest("unable to parse requirement: " + requirement);
  }

  private static String label(JsonNode object, String name) {
    return Metadata.read(object).path("labels").path(name).textValue();
  }

  /** The objects that a {@code fieldSelector} query selects: any field may be named. */
  static Predicate<JsonNode> fields(String query) {
    Predicate<JsonNode> all = object -> true;
    for (String requirement : query.split(",", -1)) {
      if (!requirement.isBlank()) {
        all = all.and(field(requirement));
      }
    }
    return all;
  }

  private static Predicate<JsonNode> field(String requirement) {
    Matcher equality = EQUALITY.matcher(requirement);
    if (!equality.matches()) {
      throw ApiFailure.badRequest("invalid field selector: " + requirement);
    }
    List<String> path = ResourceTypes.path(equality.group(1));
    boolean equal = !equality.group(2).equals("!=");
    return object -> {
      JsonNode value = object;
      for (String name : path) {
        value = value.path(name);
      }
      return equal == value.asText("").equals(equality.group(3));
    };
  }

  /** Whether a LabelSelector object selects these labels; an empty one selects all. */
  static boolean selects(JsonNode selector, JsonNode labels) {
    for (var wanted : selector.path("matchLabels").properties()) {
      if (!wanted.getValue().asText().equals(labels.path(wanted.getKey()).textValue())) {
        return false;
      }
    }
    for (JsonNode expression : selector.path("matchExpressions")) {
      if (!matches(expression, labels.path(expression.path("key").asText()).textValue())) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(JsonNode expression, String value) {
    boolean listed = false;
    for (JsonNode candidate : expression.path("values")) {
      listed |= candidate.asText().equals(value);
    }
    return switch (expression.path("operator").asText()) {
      case "In" -> listed;
      case "NotIn" -> !listed;
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      default -> false;
    };
  }

  /** A LabelSelector object as a query, for the scale subresource. */
  static String query(JsonNode selector) {
    return selector.path("matchLabels").properties().stream()
        .map(label -> label.getKey() + "=" + label.getValue().asText())
        .collect(Collectors.joining(","));
  }
}
