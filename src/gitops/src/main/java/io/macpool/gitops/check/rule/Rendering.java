package io.macpool.gitops.check.rule;

import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What Helm made of a release.
 *
 * @param objects what Flux applies, with the chart's tests if the release runs them; empty if it
 *     failed
 * @param otherHooks what Helm would run at other moments than tests
 * @param different the templates that render otherwise at an upgrade, by their files in the tree
 * @param failure Helm's words, if it did
 */
public record Rendering(
    Release release,
    List<YamlDocument> objects,
    List<YamlDocument> otherHooks,
    List<Path> different,
    Optional<String> failure) {

  public Rendering {
    objects = List.copyOf(objects);
    otherHooks = List.copyOf(otherHooks);
    different = List.copyOf(different);
  }
}
