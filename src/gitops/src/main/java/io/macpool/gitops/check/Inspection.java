package io.macpool.gitops.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.RenderException;
import io.macpool.gitops.schema.KubernetesSchemas;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tree, and what all rules need to know of it, worked out once. */
final class Inspection {

  private final DeployTree tree;
  private final RunHistory history;
  private final SchemaCache schemas;
  private final List<Rendering> renderings = new ArrayList<>();

  Inspection(DeployTree tree, RunHistory history, SchemaCache schemas, HelmRenderer renderer) {
    this.tree = tree;
    this.history = history;
    this.schemas = schemas;
    for (Release release : releases()) {
      tree.chart(release).ifPresent(chart -> renderings.add(render(renderer, chart, release)));
    }
  }

  DeployTree tree() {
    return tree;
  }

  RunHistory history() {
    return history;
  }

  KubernetesSchemas schemas(Environment environment) {
    return schemas.kinds(tree, environment);
  }

  JsonSchema valuesSchema(Chart chart) {
    return schemas.values(chart);
  }

  List<Release> releases() {
    return tree.environments().stream().flatMap(e -> e.releases().stream()).toList();
  }

  List<Rendering> renderings() {
    return renderings;
  }

  List<Rendering> renderings(Environment environment) {
    return renderings.stream()
        .filter(rendering -> rendering.release().environment().equals(environment.name()))
        .toList();
  }

  /** The release's value at {@code pointer}, or the chart's default for it. */
  JsonNode value(Release release, String pointer) {
    JsonNode own = release.values().at(pointer);
    if (!own.isMissingNode()) {
      return own;
    }
    Optional<Chart> chart = tree.chart(release);
    return chart.isPresent() ? chart.get().defaults().at(pointer) : own;
  }

  private static Rendering render(HelmRenderer renderer, Chart chart, Release release) {
    try {
      return new Rendering(
          release,
          renderer.render(chart, release.name(), release.environment(), release.values()),
          Optional.empty());
    } catch (RenderException e) {
      return new Rendering(release, List.of(), Optional.of(e.getMessage()));
    }
  }
}
