package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The values that Flux hands to Helm: those of {@code valuesFrom}, each over the one before, and
 * {@code values} over them all, object by object.
 *
 * @param values an object, or whatever {@code spec.values} holds when nothing else is followed
 * @param unfollowed sources whose values are not known here
 */
public record ReleaseValues(JsonNode values, List<Unfollowed> unfollowed) {

  /**
   * A source that the tree does not tell the values of.
   *
   * @param pointer to it, in the release
   * @param why a clause without full stop
   * @param fix a clause without full stop
   */
  public record Unfollowed(String pointer, String why, String fix) {}

  private static final String IN_PLACE = "Write the values into spec.values";

  public ReleaseValues {
    unfollowed = List.copyOf(unfollowed);
  }

  static ReleaseValues of(YamlDocument release, List<YamlDocument> configMaps) {
    JsonNode own = release.content().at("/spec/values");
    JsonNode sources = release.content().at("/spec/valuesFrom");
    if (sources.isEmpty()) {
      return new ReleaseValues(own, List.of());
    }
    List<Unfollowed> unfollowed = new ArrayList<>();
    JsonNode merged = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < sources.size(); i++) {
      String pointer = "/spec/valuesFrom/" + i;
      merged = merge(merged, read(sources.get(i), pointer, configMaps, unfollowed));
    }
    return new ReleaseValues(own.isObject() ? merge(merged, own) : merged, unfollowed);
  }

  private static JsonNode read(
      JsonNode source, String pointer, List<YamlDocument> configMaps, List<Unfollowed> unfollowed) {
    JsonNode nothing = JsonNodeFactory.instance.objectNode();
    String kind = source.path("kind").asText();
    String name = source.path("name").asText();
    if (!kind.equals("ConfigMap")) {
      unfollowed.add(
          new Unfollowed(
              pointer,
              "values come from the " + kind + " " + name + ", which this check cannot read",
              IN_PLACE + "; what is secret, the charts take by a Secret's name"));
      return nothing;
    }
    if (source.has("targetPath")) {
      unfollowed.add(
          new Unfollowed(
              pointer,
              "targetPath sets a value by rules of its own, which this check does not follow",
              IN_PLACE + ", or give the ConfigMap a whole values file"));
      return nothing;
    }
    String key = source.path("valuesKey").asText("values.yaml");
    Optional<String> text =
        configMaps.stream()
            .filter(map -> map.name().equals(name))
            .map(map -> map.content().path("data").path(key))
            .filter(JsonNode::isTextual)
            .map(JsonNode::asText)
            .findFirst();
    if (text.isEmpty()) {
      unfollowed.add(
          new Unfollowed(
              pointer,
              "values come from "
                  + key
                  + " of the ConfigMap "
                  + name
                  + ", which is not in the tree",
              "Add it to this environment, or drop the entry"));
      return nothing;
    }
    return parse(text.get(), pointer, name, unfollowed);
  }

  private static JsonNode parse(
      String text, String pointer, String name, List<Unfollowed> unfollowed) {
    try {
      List<YamlDocument> documents = YamlReader.read(text);
      boolean plain =
          documents.size() == 1
              && documents.get(0).content().isObject()
              && documents.get(0).doubtful().isEmpty();
      if (plain) {
        return documents.get(0).content();
      }
    } catch (YamlSyntaxException e) {
      unfollowed.add(
          new Unfollowed(
              pointer,
              "the values in the ConfigMap " + name + ", line " + e.line() + ": " + e.getMessage(),
              e.fix()));
      return JsonNodeFactory.instance.objectNode();
    }
    unfollowed.add(
        new Unfollowed(
            pointer,
            "the values in the ConfigMap " + name + " are not one plain map",
            "Write one map, with quotes around what is text"));
    return JsonNodeFactory.instance.objectNode();
  }

  /** As Flux merges: objects member by member; everything else, null too, is replaced. */
  private static JsonNode merge(JsonNode under, JsonNode over) {
    if (!under.isObject() || !over.isObject()) {
      return over;
    }
    ObjectNode merged = under.deepCopy();
    over.properties()
        .forEach(
            entry ->
                merged.set(entry.getKey(), merge(under.path(entry.getKey()), entry.getValue())));
    return merged;
  }
}
