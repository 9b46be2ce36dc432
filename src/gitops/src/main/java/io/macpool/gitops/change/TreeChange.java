package io.macpool.gitops.change;

import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.SourceFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A tree as it would be, and what has to be written to make it so.
 *
 * @param tree with the change in it
 * @param files that are new or changed, by path
 * @param copies charts to be copied, by the path of the copy relative to the root
 * @param removals copies of charts that nothing uses any more
 */
public record TreeChange(
    DeployTree tree,
    Map<Path, SourceFile> files,
    Map<Path, Chart> copies,
    Collection<Path> removals) {

  public TreeChange {
    files = Map.copyOf(files);
    copies = Map.copyOf(copies);
    removals = List.copyOf(new TreeSet<>(removals));
  }

  /** No change yet. */
  public static TreeChange of(DeployTree tree) {
    return new TreeChange(tree, Map.of(), Map.of(), List.of());
  }

  /** Also with {@code file} as one of the environment's. */
  public TreeChange with(String environment, SourceFile file) {
    Map<Path, SourceFile> more = new TreeMap<>(files);
    more.put(file.path(), file);
    return new TreeChange(tree.with(environment, file), more, copies, removals);
  }

  /** Also with a copy of a chart. */
  TreeChange withCopy(Chart copy) {
    Map<Path, Chart> more = new TreeMap<>(copies);
    more.put(copy.path(), copy);
    return new TreeChange(tree.withPinned(copy), files, more, removals);
  }

  /** Also without the environment's copies that no release of it refers to. */
  TreeChange withoutUnused(String environment) {
    TreeSet<Path> used = new TreeSet<>();
    tree.environment(environment)
        .ifPresent(found -> found.releases().forEach(release -> used.add(release.chartPath())));
    TreeSet<Path> unused = new TreeSet<>();
    for (Path path : tree.pinned().keySet()) {
      if (path.startsWith(Path.of("releases", environment)) && !used.contains(path)) {
        unused.add(path);
      }
    }
    Map<Path, Chart> needed = new TreeMap<>(copies);
    needed.keySet().removeAll(unused);
    TreeSet<Path> gone = new TreeSet<>(removals);
    unused.stream().filter(path -> !copies.containsKey(path)).forEach(gone::add);
    return new TreeChange(tree.withoutPinned(unused), files, needed, gone);
  }
}
