package io.macpool.gitops.check;

import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.List;
import java.util.Optional;

/**
 * What Helm made of a release.
 *
 * @param objects empty if it failed
 * @param failure Helm's words, if it did
 */
public record Rendering(Release release, List<YamlDocument> objects, Optional<String> failure) {

  public Rendering {
    objects = List.copyOf(objects);
  }
}
