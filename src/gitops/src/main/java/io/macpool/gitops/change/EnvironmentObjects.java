package io.macpool.gitops.change;

import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.RenderException;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.TreeException;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.List;

/** All objects that an environment's files come to in the cluster. */
public final class EnvironmentObjects {

  private EnvironmentObjects() {}

  /**
   * What is written and what is rendered.
   *
   * @throws TreeException when a release does not render; {@code check} tells how to mend it
   */
  public static List<YamlDocument> of(
      DeployTree tree, Environment environment, HelmRenderer renderer) {
    List<YamlDocument> objects = new ArrayList<>();
    for (Environment.Located at : environment.documents()) {
      if (!at.document().apiVersion().startsWith("kustomize.config.k8s.io/")) {
        objects.add(at.document());
      }
    }
    for (Release release : environment.releases()) {
      objects.addAll(of(tree, release, renderer));
    }
    return objects;
  }

  /** The objects of one release, without the release itself. */
  public static List<YamlDocument> of(DeployTree tree, Release release, HelmRenderer renderer) {
    Chart chart =
        tree.chart(release)
            .orElseThrow(
                () -> new TreeException(release.file().path() + " names no chart of the tree"));
    try {
      return renderer.render(chart, release.name(), release.environment(), release.values());
    } catch (RenderException e) {
      throw new TreeException(release.file().path() + " does not render: " + e.getMessage(), e);
    }
  }
}
