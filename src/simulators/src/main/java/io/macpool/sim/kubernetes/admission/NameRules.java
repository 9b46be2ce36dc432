package io.macpool.sim.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.ArrayList;
import java.util.List;

/**
 * How long names and the values of labels may be. What a controller derives from a name that is
 * allowed may not be.
 */
public final class NameRules {

  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_LABEL = 63;

  /** What a generated name keeps of what it is to begin with. */
  private static final int LONGEST_PREFIX = 58;

  private NameRules() {}

  /**
   * Checks an object's name, its labels, and those of the pods that it makes.
   *
   * @throws ApiFailure 422 naming every field that is wrong
   */
  static void check(ResourceType type, JsonNode object) {
    List<String> problems = new ArrayList<>();
    String name = Metadata.name(object);
    if (name.length() > LONGEST_NAME) {
      problems.add(tooLong("metadata.name", name, LONGEST_NAME));
    }
    labels(Metadata.read(object).path("labels"), "metadata.labels", problems);
    if (type.group().equals("apps")) {
      JsonNode spec = object.path("spec");
      labels(spec.path("selector").path("matchLabels"), "spec.selector.matchLabels", problems);
      JsonNode pods = Metadata.read(spec.path("template")).path("labels");
      labels(pods, "spec.template.labels", problems);
    }
    if (!problems.isEmpty()) {
      throw ApiFailure.invalid(type, name, String.join(", ", problems));
    }
  }

  private static void labels(JsonNode labels, String path, List<String> problems) {
    for (JsonNode value : labels) {
      if (value.asText().length() > LONGEST_LABEL) {
        problems.add(tooLong(path, value.asText(), LONGEST_LABEL));
      }
    }
  }

  private static String tooLong(String path, String value, int most) {
    return "%s: Invalid value: \"%s\": must be no more than %d characters"
        .formatted(path, value, most);
  }

  /** What a generated name begins with. */
  public static String prefix(String generateName) {
    return generateName.length() > LONGEST_PREFIX
        ? generateName.substring(0, LONGEST_PREFIX)
        : generateName;
  }
}
