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
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Everything under {@code charts/} and {@code releases/}.
 *
 * @param root absolute
 * @param charts those in {@code charts/}, by name
 * @param pinned the copies that environments have of charts, by their path relative to the root
 * @param definitions CustomResourceDefinitions in {@code releases/schemas}: kinds that something
 *     else brings to the clusters
 */
public record DeployTree(
    Path root,
    Map<String, Chart> charts,
    Map<Path, Chart> pinned,
    List<JsonNode> definitions,
    List<Environment> environments) {

  /** Directories in {@code releases/} that nothing deploys. */
  private static final Set<String> NOT_ENVIRONMENTS = Set.of("examples", "schemas");

  public DeployTree {
    charts = Map.copyOf(charts);
    pinned = Map.copyOf(pinned);
    definitions = List.copyOf(definitions);
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
        Chart chart = readChart(absolute, directory);
        charts.put(directory.getFileName().toString(), chart);
      }
    }
    Map<Path, Chart> pinned = new TreeMap<>();
    List<Environment> environments = new ArrayList<>();
    for (Path directory : directories(absolute.resolve("releases"))) {
      if (!NOT_ENVIRONMENTS.contains(directory.getFileName().toString())) {
        environments.add(readEnvironment(absolute, directory));
        readPinned(absolute, directory.resolve("charts"), pinned);
      }
    }
    return new DeployTree(
        absolute,
        charts,
        pinned,
        readDefinitions(absolute.resolve("releases/schemas")),
        environments);
  }

  public Optional<Environment> environment(String name) {
    return environments.stream().filter(environment -> environment.name().equals(name)).findFirst();
  }

  /** A chart in {@code charts/}. */
  public Optional<Chart> chart(String name) {
    return Optional.ofNullable(charts.get(name));
  }

  /** The chart that a release refers to. */
  public Optional<Chart> chart(Release release) {
    Path path = release.chartPath();
    return path.startsWith("charts")
        ? chart(release.chart())
        : Optional.ofNullable(pinned.get(path));
  }

  /**
   * What each chart's name stands for in an environment: its newest pinned copy, else the one in
   * {@code charts/}.
   */
  public Map<String, Chart> chartsOf(String environment) {
    Map<String, Chart> own = new TreeMap<>(charts);
    pinned.values().stream()
        .filter(chart -> chart.path().startsWith(Path.of("releases", environment)))
        .sorted(Comparator.comparing(chart -> VersionOrder.of(chart.version())))
        .forEach(chart -> own.put(chart.name(), chart));
    return own;
  }

  /** The same tree with one file of an environment replaced, or added. */
  public DeployTree with(String environment, SourceFile file) {
    List<Environment> changed = new ArrayList<>();
    for (Environment each : environments) {
      changed.add(each.name().equals(environment) ? each.with(file) : each);
    }
    return new DeployTree(root, charts, pinned, definitions, changed);
  }

  /** The same tree with one more pinned chart. */
  public DeployTree withPinned(Chart chart) {
    Map<Path, Chart> more = new TreeMap<>(pinned);
    more.putIfAbsent(chart.path(), chart);
    return new DeployTree(root, charts, more, definitions, environments);
  }

  /** The same tree without the pinned charts at {@code paths}. */
  public DeployTree withoutPinned(Collection<Path> paths) {
    Map<Path, Chart> fewer = new TreeMap<>(pinned);
    paths.forEach(fewer::remove);
    return new DeployTree(root, charts, fewer, definitions, environments);
  }

  /** Reads one file; {@code path} is relative to {@code root}. */
  public static SourceFile readFile(Path root, Path path) {
    return SourceFile.of(path, readText(root.resolve(path)));
  }

  private static Environment readEnvironment(Path root, Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      List<SourceFile> files =
          paths
              .filter(path -> Files.isRegularFile(path) || Files.isSymbolicLink(path))
              .filter(
                  path ->
                      path.getFileName().toString().matches("[^.].*\\.ya?ml|Kustomization")
                          || Files.isSymbolicLink(path))
              .filter(path -> !path.startsWith(directory.resolve("charts")))
              .sorted()
              .map(path -> readListed(root, path))
              .toList();
      return new Environment(directory.getFileName().toString(), files);
    } catch (IOException e) {
      throw new TreeException("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static SourceFile readListed(Path root, Path path) {
    Path name = root.relativize(path);
    return Files.isSymbolicLink(path) ? SourceFile.link(name) : readFile(root, name);
  }

  private static void readPinned(Path root, Path parent, Map<Path, Chart> pinned) {
    if (!Files.isDirectory(parent)) {
      return;
    }
    for (Path directory : directories(parent)) {
      Chart chart = readChart(root, directory);
      pinned.put(chart.path(), chart);
    }
  }

  private static Chart readChart(Path root, Path directory) {
    JsonNode chart = single(directory.resolve("Chart.yaml"));
    Path schema = directory.resolve("values.schema.json");
    try {
      return new Chart(
          chart.path("name").asText(),
          root.relativize(directory),
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
