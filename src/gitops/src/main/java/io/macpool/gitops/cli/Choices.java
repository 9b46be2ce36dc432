package io.macpool.gitops.cli;

import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.TreeException;
import java.util.List;

/** What a person named on the command line, or a sentence with what there is. */
final class Choices {

  private Choices() {}

  static Environment environment(DeployTree tree, String name) {
    List<String> names = tree.environments().stream().map(Environment::name).toList();
    return tree.environment(name)
        .orElseThrow(
            () ->
                new TreeException(
                    "no environment " + name + ": there are " + String.join(", ", names)));
  }

  static Release release(Environment environment, String name) {
    List<String> names = environment.releases().stream().map(Release::name).toList();
    return environment
        .release(name)
        .orElseThrow(
            () ->
                new TreeException(
                    "no release "
                        + name
                        + " in "
                        + environment.name()
                        + ": there are "
                        + String.join(", ", names)));
  }
}
