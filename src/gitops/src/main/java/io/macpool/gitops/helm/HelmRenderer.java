package io.macpool.gitops.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.ChartFiles;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Renders releases with real Helm, as Flux does. */
public final class HelmRenderer {

  /** What charts are rendered for; they refuse older ones by {@code kubeVersion}. */
  public static final String KUBERNETES = "1.33.0";

  /** The annotation that makes an object a hook: its value says when Helm runs it. */
  public static final String HOOK = "helm.sh/hook";

  /**
   * The library leaves hooks out. Under this name, which sorts as the true one does, Helm takes
   * them for plain objects.
   */
  private static final String SHOWN_HOOK = "helm.sh/hookx";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What Helm makes of a release, its chart's CRDs left out.
   *
   * @param objects what Helm applies
   * @param hooks what Helm runs at the moments that the annotation {@link #HOOK} names
   */
  public record Rendered(List<YamlDocument> objects, List<YamlDocument> hooks) {

    public Rendered {
      objects = List.copyOf(objects);
      hooks = List.copyOf(hooks);
    }
  }

  /** All that a rendering depends on. */
  private record Input(Path chart, String release, String namespace, JsonNode values) {}

  private final Map<Input, Rendered> rendered = new ConcurrentHashMap<>();

  /** The objects of one release without its hooks. */
  public List<YamlDocument> render(Chart chart, String release, String namespace, JsonNode values)
      throws RenderException {
    return renderAll(chart, release, namespace, values).objects();
  }

  /** The objects and the hooks of one release; rendered once for the same input. */
  public Rendered renderAll(Chart chart, String release, String namespace, JsonNode values)
      throws RenderException {
    Input input = new Input(chart.directory(), release, namespace, values);
    Rendered known = rendered.get(input);
    if (known != null) {
      return known;
    }
    String text = renderText(chart, release, namespace, values);
    try {
      Map<Boolean, List<YamlDocument>> byHook =
          YamlReader.read(text).stream().collect(Collectors.partitioningBy(HelmRenderer::isHook));
      Rendered all = new Rendered(byHook.get(false), byHook.get(true));
      rendered.put(input, all);
      return all;
    } catch (YamlSyntaxException e) {
      throw new RenderException(
          "the rendered text is not YAML, line " + e.line() + ": " + e.getMessage(), e);
    }
  }

  /** The rendered text with the hooks, as {@code helm template} prints it. */
  public String renderText(Chart chart, String release, String namespace, JsonNode values)
      throws RenderException {
    Path work = makeDirectory();
    try {
      Path file =
          Files.write(
              work.resolve("values.json"),
              shown(JSON.writeValueAsBytes(values.isObject() ? values : empty())));
      Path copy = copyShown(chart, work.resolve("chart"));
      return new Helm(copy)
          .template()
          .withName(release)
          .withNamespace(namespace)
          .withKubeVersion(KUBERNETES)
          .withValuesFile(file)
          .skipCrds()
          .call()
          .replace(SHOWN_HOOK, HOOK);
    } catch (IllegalStateException e) {
      throw new RenderException(firstOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + chart.directory() + " to render it", e);
    } finally {
      delete(work);
    }
  }

  private static boolean isHook(YamlDocument object) {
    return object.content().at("/metadata/annotations").has(HOOK);
  }

  /** A copy of the chart whose hooks are shown. */
  private static Path copyShown(Chart chart, Path target) throws IOException, RenderException {
    ChartFiles.copy(chart.directory(), target);
    List<Path> files;
    try (Stream<Path> paths = Files.walk(target)) {
      files = paths.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      if (file.toString().endsWith(".tgz")) {
        throw new RenderException(
            chart.path() + " holds " + target.relativize(file) + ", a packed chart; unpack it");
      }
      Files.write(file, shown(Files.readAllBytes(file)));
    }
    return target;
  }

  /** Latin 1 has a character for each byte, so all others stay as they are. */
  private static byte[] shown(byte[] text) {
    return new String(text, StandardCharsets.ISO_8859_1)
        .replace(HOOK, SHOWN_HOOK)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String firstOf(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static Path makeDirectory() {
    try {
      return Files.createTempDirectory("render");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary directory", e);
    }
  }

  private static JsonNode empty() {
    return JSON.createObjectNode();
  }

  private static void delete(Path directory) {
    try {
      ChartFiles.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
