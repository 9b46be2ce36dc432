package io.macpool.gitops.check.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.HelmRenderer.Rendered;
import io.macpool.gitops.helm.RenderException;
import io.macpool.gitops.helm.TemplateInputs;
import io.macpool.gitops.schema.KubernetesSchemas;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The tree, and what all rules need to know of it, worked out once. */
public final class Inspection {

  private final DeployTree tree;
  private final RunHistory history;
  private final SchemaCache schemas;
  private final HelmRenderer renderer;
  private final List<Rendering> renderings = new ArrayList<>();

  public Inspection(
      DeployTree tree, RunHistory history, SchemaCache schemas, HelmRenderer renderer) {
    this.tree = tree;
    this.history = history;
    this.schemas = schemas;
    this.renderer = renderer;
    for (Release release : releases()) {
      tree.chart(release).ifPresent(chart -> renderings.add(render(renderer, chart, release)));
    }
  }

  public DeployTree tree() {
    return tree;
  }

  public RunHistory history() {
    return history;
  }

  public KubernetesSchemas schemas(Environment environment) {
    return schemas.kinds(tree, environment);
  }

  public TemplateInputs templateInputs(Chart chart) {
    return renderer.inputs(chart);
  }

  public JsonSchema valuesSchema(Chart chart) {
    return schemas.values(chart);
  }

  public List<Release> releases() {
    return tree.environments().stream().flatMap(e -> e.releases().stream()).toList();
  }

  public List<Rendering> renderings() {
    return renderings;
  }

  public List<Rendering> renderings(Environment environment) {
    return renderings.stream()
        .filter(rendering -> rendering.release().environment().equals(environment.name()))
        .toList();
  }

  /** The release's value at {@code pointer}, or the chart's default for it. */
  public JsonNode value(Release release, String pointer) {
    JsonNode own = release.values().at(pointer);
    if (!own.isMissingNode()) {
      return own;
    }
    Optional<Chart> chart = tree.chart(release);
    return chart.isPresent() ? chart.get().defaults().at(pointer) : own;
  }

  private static Rendering render(HelmRenderer renderer, Chart chart, Release release) {
    try {
      Rendered all =
          renderer.renderAll(chart, release.name(), release.environment(), release.values());
      List<YamlDocument> objects = new ArrayList<>(all.objects());
      List<YamlDocument> otherHooks = new ArrayList<>();
      boolean runsTests = release.document().content().at("/spec/test/enable").asBoolean();
      for (YamlDocument hook : all.hooks()) {
        if (!isTest(hook)) {
          otherHooks.add(hook);
        } else if (runsTests) {
          objects.add(hook);
        }
      }
      // Helm's names begin with the chart's own.
      List<Path> different =
          all.different().stream()
              .map(name -> chart.path().resolve(name.substring(name.indexOf('/') + 1)))
              .toList();
      return new Rendering(release, objects, otherHooks, different, Optional.empty());
    } catch (RenderException e) {
      return new Rendering(
          release, List.of(), List.of(), List.of(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** A test and nothing else. Helm 2 called tests {@code test-success}, and Helm still takes it. */
  private static boolean isTest(YamlDocument hook) {
    String moments = hook.content().at("/metadata/annotations").path(HelmRenderer.HOOK).asText();
    return Arrays.stream(moments.split(",", -1))
        .map(moment -> moment.strip().toLowerCase(Locale.ROOT))
        .allMatch(moment -> moment.equals("test") || moment.equals("test-success"));
  }
}
