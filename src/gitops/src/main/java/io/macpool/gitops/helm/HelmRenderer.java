package io.macpool.gitops.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import io.macpool.gitops.helm.TemplateInputs.Look;
import io.macpool.gitops.helm.TemplateTexts.Taken;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.ChartFiles;
import io.macpool.gitops.tree.TemporaryDirectory;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Renders releases with real Helm, as Flux does. */
public final class HelmRenderer {

  /** What charts are rendered for; they refuse older ones by {@code kubeVersion}. */
  public static final String KUBERNETES = "1.33.0";

  /** The annotation that makes an object a hook: its value says when Helm runs it. */
  public static final String HOOK = "helm.sh/hook";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What Helm makes of a release, its chart's CRDs left out.
   *
   * @param text as {@code helm template} prints it, the hooks last
   * @param objects what Helm applies
   * @param hooks what Helm runs at the moments that the annotation {@link #HOOK} names
   * @param different the templates that render otherwise at an upgrade, by Helm's names of them
   */
  public record Rendered(
      String text, List<YamlDocument> objects, List<YamlDocument> hooks, List<String> different) {

    public Rendered {
      objects = List.copyOf(objects);
      hooks = List.copyOf(hooks);
      different = List.copyOf(different);
    }
  }

  /** All that a rendering depends on. */
  private record Input(Path chart, String release, String namespace, JsonNode values) {}

  private final Map<Path, TemplateInputs> inputs = new ConcurrentHashMap<>();
  private final Map<Input, Rendered> rendered = new ConcurrentHashMap<>();

  /** What the chart's templates look at beside values; such a chart is not rendered. */
  public TemplateInputs inputs(Chart chart) {
    return inputs.computeIfAbsent(chart.directory(), directory -> TemplateInputs.of(chart));
  }

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
    refuseLooks(chart, values);
    try (TemporaryDirectory work = TemporaryDirectory.create("render")) {
      Rendered all = read(run(input, chart, work.path()));
      rendered.put(input, all);
      return all;
    } catch (YamlSyntaxException e) {
      throw new RenderException("the rendered text, line " + e.line() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + chart.directory() + " to render it", e);
    }
  }

  /** Before Helm asks whatever cluster the person at this machine has last worked with. */
  private void refuseLooks(Chart chart, JsonNode values) throws RenderException {
    for (Look look : inputs(chart).looks()) {
      throw new RenderException(
          "%s:%d looks at %s"
              .formatted(chart.path().resolve(look.file()), look.line(), look.what()));
    }
    for (String what : inputs(chart).looksOf(values)) {
      throw new RenderException("a value looks at " + what);
    }
  }

  private static Rendered read(Taken taken) throws YamlSyntaxException {
    StringBuilder text = new StringBuilder(taken.text());
    List<YamlDocument> hooks = new ArrayList<>();
    for (Map.Entry<String, String> template : taken.texts().mayHoldHooks().entrySet()) {
      for (String part : TemplateTexts.split(template.getValue())) {
        String written = "---\n# Source: %s\n%s\n".formatted(template.getKey(), part);
        if (taken.text().contains(written)) {
          continue; // an object, and spared a second reading
        }
        List<YamlDocument> found =
            YamlReader.read(part).stream().filter(HelmRenderer::isHook).toList();
        if (!found.isEmpty()) {
          hooks.addAll(found);
          text.append(written);
        }
      }
    }
    return new Rendered(
        text.toString(), YamlReader.read(taken.text()), hooks, taken.texts().different());
  }

  private static boolean isHook(YamlDocument object) {
    return object.content().at("/metadata/annotations").has(HOOK);
  }

  /** Renders a copy of the chart that also tells what its templates render. */
  private static Taken run(Input input, Chart chart, Path work)
      throws IOException, RenderException, YamlSyntaxException {
    JsonNode values = input.values().isObject() ? input.values() : JSON.createObjectNode();
    Path file = Files.write(work.resolve("values.json"), JSON.writeValueAsBytes(values));
    refusePacked(chart);
    Set<String> left = new TreeSet<>();
    while (true) {
      Path told = work.resolve("told-" + left.size());
      ChartFiles.copy(chart.directory(), told);
      TemplateTexts.add(told, left);
      try {
        return TemplateTexts.take(helm(told, input, file));
      } catch (IllegalStateException e) {
        Optional<String> notThere = TemplateTexts.notThere(String.valueOf(e.getMessage()));
        if (notThere.isPresent() && left.add(notThere.get())) {
          continue;
        }
        throw refused(input, file, e);
      }
    }
  }

  private static String helm(Path chart, Input input, Path values) {
    return new Helm(chart)
        .template()
        .withName(input.release())
        .withNamespace(input.namespace())
        .withKubeVersion(KUBERNETES)
        .withValuesFile(values)
        .skipCrds()
        .call();
  }

  /** In Helm's words for the chart as it is; if it takes that, our template was refused. */
  private static RenderException refused(Input input, Path values, IllegalStateException told) {
    try {
      helm(input.chart(), input, values);
    } catch (IllegalStateException e) {
      return new RenderException(firstOf(String.valueOf(e.getMessage())), e);
    }
    return new RenderException(
        "a template looks at what only the cluster knows: "
            + firstOf(String.valueOf(told.getMessage())),
        told);
  }

  private static void refusePacked(Chart chart) throws IOException, RenderException {
    try (Stream<Path> paths = Files.walk(chart.directory())) {
      Optional<Path> packed =
          paths.filter(path -> path.toString().endsWith(".tgz")).sorted().findFirst();
      if (packed.isPresent()) {
        throw new RenderException(
            chart.path()
                + " holds "
                + chart.directory().relativize(packed.get())
                + ", a packed chart; unpack it");
      }
    }
  }

  private static String firstOf(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
