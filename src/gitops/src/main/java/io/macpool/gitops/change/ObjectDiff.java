package io.macpool.gitops.change;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.change.ObjectChange.Kind;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares two sets of objects, object by object and field by field. */
public final class ObjectDiff {

  private ObjectDiff() {}

  /** In the order of kinds and names; what is equal is left out. */
  public static List<ObjectChange> between(List<YamlDocument> before, List<YamlDocument> after) {
    Map<String, JsonNode> old = byName(before);
    Map<String, JsonNode> now = byName(after);
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    List<ObjectChange> changes = new ArrayList<>();
    for (String name : names) {
      if (!old.containsKey(name)) {
        changes.add(new ObjectChange(Kind.ADDED, name, List.of()));
      } else if (!now.containsKey(name)) {
        changes.add(new ObjectChange(Kind.REMOVED, name, List.of()));
      } else {
        List<String> fields = fields(old.get(name), now.get(name));
        if (!fields.isEmpty()) {
          changes.add(new ObjectChange(Kind.CHANGED, name, fields));
        }
      }
    }
    return changes;
  }

  private static Map<String, JsonNode> byName(List<YamlDocument> documents) {
    Map<String, JsonNode> objects = new TreeMap<>();
    for (YamlDocument document : documents) {
      objects.put(document.kind() + "/" + document.name(), document.content());
    }
    return objects;
  }

  private static List<String> fields(JsonNode before, JsonNode after) {
    Map<String, JsonNode> old = leaves(before);
    Map<String, JsonNode> now = leaves(after);
    TreeSet<String> paths = new TreeSet<>(old.keySet());
    paths.addAll(now.keySet());
    List<String> fields = new ArrayList<>();
    for (String path : paths) {
      JsonNode was = old.get(path);
      JsonNode is = now.get(path);
      if (was == null || !was.equals(is)) {
        fields.add(path + ": " + show(was) + " → " + show(is));
      }
    }
    return fields;
  }

  private static String show(@Nullable JsonNode value) {
    return value == null ? "(none)" : value.isTextual() ? value.asText() : value.toString();
  }

  private static Map<String, JsonNode> leaves(JsonNode root) {
    Map<String, JsonNode> leaves = new TreeMap<>();
    collect(root, "", leaves);
    return leaves;
  }

  /** Items of a list that have a name are told apart by it, not by their place. */
  private static void collect(JsonNode value, String path, Map<String, JsonNode> leaves) {
    if (value.isObject() && !value.isEmpty()) {
      value
          .properties()
          .forEach(
              entry ->
                  collect(
                      entry.getValue(),
                      path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                      leaves));
    } else if (value.isArray() && !value.isEmpty()) {
      for (int i = 0; i < value.size(); i++) {
        String name = value.get(i).path("name").asText();
        String step = name.isEmpty() ? String.valueOf(i) : YamlReader.escape(name);
        collect(value.get(i), path + "[" + step + "]", leaves);
      }
    } else {
      leaves.put(path, value);
    }
  }
}
