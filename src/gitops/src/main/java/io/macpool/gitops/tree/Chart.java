package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;

/**
 * A Helm chart of the tree: in {@code charts/}, or an environment's pinned copy in {@code
 * releases/ENVIRONMENT/charts/NAME-VERSION}.
 *
 * @param path how releases refer to it: relative to the tree's root
 * @param directory where its files are; absolute
 * @param releaseName what the names of its releases begin with
 * @param schema of its values
 * @param defaults its values.yaml
 * @param definitions the CustomResourceDefinitions that it brings
 */
public record Chart(
    String name,
    Path path,
    Path directory,
    String version,
    String appVersion,
    String releaseName,
    JsonNode schema,
    JsonNode defaults,
    List<JsonNode> definitions) {

  /** The charts whose values the rules understand. */
  public static final String BROKER = "jupiter-brain";

  public static final String OPERATOR = "worker-operator";

  public static final String WORKER = "macstadium-worker";

  public Chart {
    definitions = List.copyOf(definitions);
  }

  /** The chart itself, or a name that goes on with a dash and a differentiator. */
  public boolean mayBeNamed(String release) {
    return release.equals(releaseName)
        || release.startsWith(releaseName + "-")
        || release.equals(name)
        || release.startsWith(name + "-");
  }

  /** Whether it is one environment's copy. */
  public boolean isPinned() {
    return path.startsWith("releases");
  }

  /** The same chart as the copy that an environment would have of it. */
  public Chart pinnedFor(String environment) {
    return new Chart(
        name,
        Path.of("releases", environment, "charts", name + "-" + version),
        directory,
        version,
        appVersion,
        releaseName,
        schema,
        defaults,
        definitions);
  }
}
