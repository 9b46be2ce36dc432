package io.macpool.gitops.git;

import io.macpool.gitops.change.EnvironmentObjects;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.ObjectImages;
import io.macpool.gitops.tree.TemporaryDirectory;
import io.macpool.gitops.tree.TreeException;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which images the objects of an environment named at commits of its branch: each commit's releases
 * are rendered with that commit's charts. Of an image that no file ever named, nothing is rendered.
 */
record RenderedDigests(GitRepository repository, GitProcess git) {

  /** So many states of the tree are rendered, the newest first: each takes about a second. */
  private static final int STATES = 20;

  /** Those of {@code wanted} that the environment ran. */
  Set<String> among(Set<String> wanted, List<String> tips, String environment) {
    List<String> paths = List.of("releases/" + environment, "charts");
    DeployedDigests history = new DeployedDigests(git);
    byte[] commits = history.commits(tips, paths);
    Set<String> naming =
        history.texts(history.blobs(commits, paths)).entrySet().stream()
            .filter(blob -> wanted.stream().anyMatch(blob.getValue()::contains))
            .map(blob -> blob.getKey())
            .collect(Collectors.toSet());
    Set<String> found = new HashSet<>();
    int states = 0;
    for (String commit : new String(commits, StandardCharsets.UTF_8).lines().toList()) {
      if (naming.isEmpty() || states == STATES || found.containsAll(wanted)) {
        break;
      }
      if (!Collections.disjoint(naming, files(commit, paths))) {
        states++;
        found.addAll(rendered(commit, environment));
      }
    }
    found.retainAll(wanted);
    return found;
  }

  /** The object names of the files that a commit has below the paths. */
  private Set<String> files(String commit, List<String> paths) {
    List<String> arguments = new ArrayList<>(List.of("ls-tree", "-r", "-z", commit, "--"));
    arguments.addAll(paths);
    Set<String> blobs = new HashSet<>();
    for (String entry : git.text(arguments.toArray(new String[0])).split("\0", -1)) {
      // "mode blob name", a tab, the path.
      String[] parts = entry.split("[ \t]", 4);
      if (parts.length == 4) {
        blobs.add(parts[2]);
      }
    }
    return blobs;
  }

  private Set<String> rendered(String commit, String name) {
    try (TemporaryDirectory directory = TemporaryDirectory.create("commit")) {
      repository.export(commit, directory.path());
      DeployTree tree = DeployTree.read(directory.path());
      Set<String> digests = new HashSet<>();
      tree.environment(name)
          .map(environment -> EnvironmentObjects.of(tree, environment, new HelmRenderer()))
          .orElse(List.of())
          .forEach(object -> digests.addAll(digests(object)));
      return digests;
    } catch (TreeException | GitException e) {
      // A commit without charts, or whose tree the check would have refused, proves nothing.
      return Set.of();
    }
  }

  private static Set<String> digests(YamlDocument object) {
    return ObjectImages.of(object).stream()
        .map(ObjectImages.Found::digest)
        .collect(Collectors.toSet());
  }
}
