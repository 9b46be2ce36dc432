package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Everything under {@code charts/} and {@code releases/}.
 *
 * @param root absolute
 */
public record DeployTree(Path root, Map<String, Chart> charts, List<Environment> environments) {

  public DeployTree {
    charts = Map.copyOf(charts);
    environments = List.copyOf(environments);
  }

  /**
   * Reads the tree below {@code root}.
   *
   * @throws TreeException when the directories, or a chart in them, cannot be read; a release file
   *     that is not YAML is kept, and told of by {@link SourceFile#unreadable}
   */
  public static DeployTree read(Path root) {
    Path absolute = root.toAbsolutePath().normalize();
    Map<String, Chart> charts = new TreeMap<>();
    for (Path directory : directories(absolute.resolve("charts"))) {
      if (Files.exists(directory.resolve("Chart.yaml"))) {
        Chart chart = readChart(directory);
        charts.put(directory.getFileName().toString(), chart);
      }
    }
    List<Environment> environments = new ArrayList<>();
    for (Path directory : directories(absolute.resolve("releases"))) {
      if (!directory.getFileName().toString().equals("examples")) {
        environments.add(readEnvironment(absolute, directory));
      }
    }
    return new DeployTree(absolute, charts, environments);
  }

  public Optional<Environment> environment(String name) {
    return environments.stream().filter(environment -> environment.name().equals(name)).findFirst();
  }

  public Optional<Chart> chart(String name) {
    return Optional.ofNullable(charts.get(name));
  }

  /** The same tree with one file of an environment replaced, or added. */
  public DeployTree with(String environment, SourceFile file) {
    List<Environment> changed = new ArrayList<>();
    for (Environment each : environments) {
      changed.add(each.name().equals(environment) ? each.with(file) : each);
    }
    return new DeployTree(root, charts, changed);
  }

  /** Reads one file; {@code path} is relative to {@code root}. */
  public static SourceFile readFile(Path root, Path path) {
    return SourceFile.of(path, readText(root.resolve(path)));
  }

  private static Environment readEnvironment(Path root, Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      List<SourceFile> files =
          paths
              .filter(Files::isRegularFile)
              .filter(path -> path.getFileName().toString().matches("[^.].*\\.ya?ml"))
              .sorted()
              .map(path -> readFile(root, root.relativize(path)))
              .toList();
      return new Environment(directory.getFileName().toString(), files);
    } catch (IOException e) {
      throw new TreeException("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static Chart readChart(Path directory) {
    JsonNode chart = single(directory.resolve("Chart.yaml"));
    Path schema = directory.resolve("values.schema.json");
    try {
      return new Chart(
          chart.path("name").asText(),
          directory,
          chart.path("version").asText(),
          chart.path("appVersion").asText(),
          chart.at("/annotations/macpool.io~1release-name").asText(chart.path("name").asText()),
          new ObjectMapper().readTree(readText(schema)),
          single(directory.resolve("values.yaml")),
          readDefinitions(directory.resolve("crds")));
    } catch (IOException e) {
      throw new TreeException(schema + " is not JSON: " + e.getMessage(), e);
    }
  }

  private static List<JsonNode> readDefinitions(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(DeployTree::single)
          .toList();
    } catch (IOException e) {
      throw new TreeException("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static JsonNode single(Path file) {
    try {
      List<YamlDocument> documents = YamlReader.read(readText(file));
      return documents.isEmpty() ? MissingNode.getInstance() : documents.get(0).content();
    } catch (YamlSyntaxException e) {
      throw new TreeException(file + ":" + e.line() + ": " + e.getMessage(), e);
    }
  }

  private static List<Path> directories(Path parent) {
    try (Stream<Path> children = Files.list(parent)) {
      return children.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new TreeException(
          "cannot read " + parent + ": run this at the repository's root, or name it by --root", e);
    }
  }

  private static String readText(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new TreeException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
