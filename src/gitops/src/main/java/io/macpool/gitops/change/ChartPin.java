package io.macpool.gitops.change;

import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.ChartFiles;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.util.Optional;

/**
 * Copies of charts that an environment keeps in {@code releases/ENVIRONMENT/charts/NAME-VERSION}.
 * Flux takes charts from the branch that an environment follows, whatever version a release names;
 * a copy makes what the release names what runs, and lets releases change over one by one.
 */
public final class ChartPin {

  static final String CHART = "/spec/chart/spec/chart";
  static final String VERSION = "/spec/chart/spec/version";

  private ChartPin() {}

  /**
   * Every release of the environment that takes its chart from {@code charts/}, or those of one
   * chart, with a copy of it as it is now.
   */
  public static TreeChange all(TreeChange so, Environment environment, Optional<String> chart) {
    TreeChange change = so;
    for (Release release : environment.releases()) {
      Chart now = so.tree().chart(release).orElse(null);
      boolean chosen = chart.isEmpty() || chart.get().equals(release.chart());
      if (now != null && !now.isPinned() && chosen) {
        change = set(change, environment.name(), release.file(), now);
      }
    }
    return change;
  }

  /** The release in {@code file} with a copy of {@code chart}. */
  static TreeChange set(TreeChange so, String environment, SourceFile file, Chart chart) {
    Chart copy = chart.pinnedFor(environment);
    Chart there = so.tree().pinned().get(copy.path());
    if (there != null && !ChartFiles.same(there.directory(), chart.directory())) {
      throw new TreeException(
          chart.path()
              + " is not what "
              + copy.path()
              + " is, and both say version "
              + chart.version()
              + ": raise the version in "
              + chart.path()
              + "/Chart.yaml and in staging's releases, and let staging run it");
    }
    SourceFile changed = ScalarEdit.set(file, CHART, "./" + copy.path());
    changed = ScalarEdit.set(changed, VERSION, chart.version());
    TreeChange change = there == null ? so.withCopy(copy) : so;
    return change.with(environment, changed).withoutUnused(environment);
  }
}
