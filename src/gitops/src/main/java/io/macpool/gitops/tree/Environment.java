package io.macpool.gitops.tree;

import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One cluster's directory.
 *
 * @param name of the directory, of the namespace and of the Terraform graph
 */
public record Environment(String name, List<SourceFile> files) {

  /** A document and the file that it stands in. */
  public record Located(SourceFile file, YamlDocument document) {}

  public Environment {
    files = List.copyOf(files);
  }

  /** Staging is what production's versions must have passed. */
  public boolean isStaging() {
    return name.endsWith("-staging");
  }

  /** The branch that Flux deploys to this environment. */
  public String branch() {
    return isStaging() ? "staging" : "main";
  }

  Environment with(SourceFile file) {
    List<SourceFile> changed =
        new ArrayList<>(files.stream().filter(old -> !old.path().equals(file.path())).toList());
    changed.add(file);
    return new Environment(name, changed);
  }

  public List<Release> releases() {
    List<Release> releases = new ArrayList<>();
    List<YamlDocument> maps = documents("ConfigMap").stream().map(Located::document).toList();
    for (Located located : documents()) {
      YamlDocument document = located.document();
      if (document.kind().equals(Release.KIND)
          && document.apiVersion().equals(Release.API_VERSION)) {
        releases.add(new Release(name, located.file(), document, ReleaseValues.of(document, maps)));
      }
    }
    return releases;
  }

  public Optional<Release> release(String releaseName) {
    return releases().stream().filter(release -> release.name().equals(releaseName)).findFirst();
  }

  public List<Located> documents() {
    List<Located> all = new ArrayList<>();
    for (SourceFile file : files) {
      file.documents().forEach(document -> all.add(new Located(file, document)));
    }
    return all;
  }

  public List<Located> documents(String kind) {
    return documents().stream().filter(at -> at.document().kind().equals(kind)).toList();
  }
}
