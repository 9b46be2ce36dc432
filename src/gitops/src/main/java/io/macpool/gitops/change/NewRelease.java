package io.macpool.gitops.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import io.macpool.gitops.yaml.ScalarText;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** A further release of a chart, made like one that the environment already has. */
public final class NewRelease {

  private static final String BROKER = "/spec/values/jupiterBrainName";
  private static final String DEPENDENCIES = "/spec/dependsOn";

  private NewRelease() {}

  /**
   * The tree with the new file, and with the file in the environment's list.
   *
   * @param values dotted path below {@code spec.values} to what is to stand there; each must exist
   *     in the release that is copied. The chart's schema says whether it is text
   * @throws TreeException when the name is taken, or a value is not there to be replaced
   */
  public static TreeChange plan(
      DeployTree tree,
      Environment environment,
      Release like,
      String name,
      Map<String, String> values) {
    if (environment.release(name).isPresent()) {
      throw new TreeException("there is a release " + name + " in " + environment.name());
    }
    JsonNode schema =
        tree.chart(like).map(Chart::schema).orElseGet(() -> MissingNode.getInstance());
    Path path = like.file().path().resolveSibling(name + ".yaml");
    SourceFile file = SourceFile.of(path, like.file().text());
    file = ScalarEdit.set(file, "/metadata/name", name);
    file = ScalarEdit.set(file, "/spec/releaseName", name);
    if (document(file).text("/spec/values/secretName").equals(like.name())) {
      file = ScalarEdit.set(file, "/spec/values/secretName", name);
    }
    String oldBroker = document(file).text(BROKER);
    for (Map.Entry<String, String> value : values.entrySet()) {
      file = setValue(file, schema, value.getKey(), value.getValue());
    }
    file = dependOn(file, oldBroker, document(file).text(BROKER));
    return TreeChange.of(tree)
        .with(environment.name(), file)
        .with(environment.name(), ResourceList.add(environment, path));
  }

  private static YamlDocument document(SourceFile file) {
    return file.documents().get(0);
  }

  private static SourceFile setValue(SourceFile file, JsonNode schema, String path, String value) {
    String pointer = "/spec/values/" + path.replace('.', '/');
    JsonNode described = schema;
    for (String step : path.split("\\.", -1)) {
      described = described.path("properties").path(step);
    }
    String type = described.path("type").asText();
    if (type.isEmpty()) {
      type = document(file).content().at(pointer).getNodeType().name().toLowerCase(Locale.ROOT);
    }
    String wanted =
        switch (type) {
          case "integer" -> value.matches("-?(0|[1-9][0-9]{0,17})") ? "" : "a whole number";
          case "number" -> value.matches("-?(0|[1-9][0-9]{0,17})(\\.[0-9]+)?") ? "" : "a number";
          case "boolean" -> value.matches("true|false") ? "" : "true or false";
          default -> "";
        };
    if (!wanted.isEmpty()) {
      throw new TreeException(path + " is \"" + value + "\", and must be " + wanted);
    }
    boolean text = !type.matches("integer|number|boolean");
    return ScalarEdit.replace(file, pointer, text ? ScalarText.of(value) : value);
  }

  private static SourceFile dependOn(SourceFile file, String oldBroker, String broker) {
    JsonNode dependencies = document(file).content().at(DEPENDENCIES);
    for (int i = 0; i < dependencies.size() && !broker.equals(oldBroker); i++) {
      if (dependencies.path(i).path("name").asText().equals(oldBroker)) {
        return ScalarEdit.set(file, DEPENDENCIES + "/" + i + "/name", broker);
      }
    }
    return file;
  }
}
