package io.macpool.gitops.helm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Renders releases with real Helm, as Flux does. */
public final class HelmRenderer {

  /** What charts are rendered for; they refuse older ones by {@code kubeVersion}. */
  public static final String KUBERNETES = "1.33.0";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** All that a rendering depends on. */
  private record Input(Path chart, String release, String namespace, JsonNode values) {}

  private final Map<Input, List<YamlDocument>> rendered = new ConcurrentHashMap<>();

  /** The objects of one release, its chart's CRDs left out; once for the same input. */
  public List<YamlDocument> render(Chart chart, String release, String namespace, JsonNode values)
      throws RenderException {
    Input input = new Input(chart.directory(), release, namespace, values);
    List<YamlDocument> known = rendered.get(input);
    if (known != null) {
      return known;
    }
    String text = renderText(chart, release, namespace, values);
    try {
      List<YamlDocument> objects = YamlReader.read(text);
      rendered.put(input, objects);
      return objects;
    } catch (YamlSyntaxException e) {
      throw new RenderException(
          "the rendered text is not YAML, line " + e.line() + ": " + e.getMessage(), e);
    }
  }

  /** The rendered text, as {@code helm template} prints it. */
  public String renderText(Chart chart, String release, String namespace, JsonNode values)
      throws RenderException {
    Path file = writeValues(values);
    try {
      return new Helm(chart.directory())
          .template()
          .withName(release)
          .withNamespace(namespace)
          .withKubeVersion(KUBERNETES)
          .withValuesFile(file)
          .skipCrds()
          .call();
    } catch (IllegalStateException e) {
      throw new RenderException(firstOf(e.getMessage()), e);
    } finally {
      delete(file);
    }
  }

  private static String firstOf(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static Path writeValues(JsonNode values) {
    try {
      Path file = Files.createTempFile("values", ".json");
      Files.writeString(file, JSON.writeValueAsString(values.isObject() ? values : empty()));
      return file;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("values that were read as JSON are JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a temporary values file", e);
    }
  }

  private static JsonNode empty() {
    return JSON.createObjectNode();
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file, e);
    }
  }
}
