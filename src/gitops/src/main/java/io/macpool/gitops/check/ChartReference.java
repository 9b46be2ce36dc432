package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.ChartFiles;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The label and the reference name one chart, and it exists in the version that is asked for. */
final class ChartReference implements Rule {

  private static final String CHART = "/spec/chart/spec/chart";
  private static final String VERSION = "/spec/chart/spec/version";

  @Override
  public String name() {
    return "chart-reference";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      for (Release release : environment.releases()) {
        checkLabel(release, problems);
        inspection
            .tree()
            .chart(release)
            .ifPresentOrElse(
                chart -> checkChart(environment, release, chart, problems),
                () -> problems.add(noChart(inspection, environment, release)));
      }
      checkCopies(inspection.tree(), environment, problems);
    }
    return problems;
  }

  /** A copy is used, and what has its version in charts/ is the same chart. */
  private void checkCopies(DeployTree tree, Environment environment, List<Problem> problems) {
    for (Chart copy : tree.pinned().values()) {
      if (!copy.path().startsWith(Path.of("releases", environment.name()))) {
        continue;
      }
      Optional<Release> user =
          environment.releases().stream()
              .filter(release -> release.chartPath().equals(copy.path()))
              .findFirst();
      Optional<Chart> origin =
          tree.chart(copy.name()).filter(chart -> chart.version().equals(copy.version()));
      if (user.isEmpty()) {
        problems.add(
            Problem.error(
                name(),
                environment.files().get(0),
                1,
                "no release uses " + copy.path(),
                "Delete the directory"));
      } else if (origin.isPresent()
          && !ChartFiles.same(origin.get().directory(), copy.directory())) {
        problems.add(
            problem(
                user.get(),
                VERSION,
                origin.get().path()
                    + " is not what "
                    + copy.path()
                    + " is, and both are "
                    + copy.version(),
                "Raise version in "
                    + origin.get().path()
                    + "/Chart.yaml and in staging's releases"));
      }
    }
  }

  private void checkChart(
      Environment environment, Release release, Chart chart, List<Problem> problems) {
    boolean own = chart.path().startsWith(Path.of("releases", environment.name()));
    if (chart.isPinned() && !own) {
      problems.add(
          problem(
              release,
              CHART,
              "the chart is the copy of another environment, " + chart.path(),
              "Write a copy in releases/" + environment.name() + "/charts"));
    } else if (!chart.isPinned() && !environment.isStaging()) {
      problems.add(
          problem(
              release,
              CHART,
              "a change of charts/"
                  + chart.name()
                  + " that is merged would reach "
                  + environment.name()
                  + " at once",
              "Let it keep a copy of its own: gitops pin " + environment.name()));
    }
    String version = release.document().text(VERSION);
    if (!version.equals(chart.version())) {
      problems.add(
          problem(
              release,
              VERSION,
              "spec.chart.spec.version is \""
                  + version
                  + "\", and "
                  + chart.path()
                  + " is "
                  + chart.version(),
              "Write version: " + chart.version() + " once this environment is to run it"));
    }
  }

  private Problem noChart(Inspection inspection, Environment environment, Release release) {
    String known =
        inspection.tree().chartsOf(environment.name()).values().stream()
            .map(chart -> "./" + chart.path())
            .collect(Collectors.joining(", "));
    return problem(
        release,
        CHART,
        "spec.chart.spec.chart is \""
            + release.document().text(CHART)
            + "\", and no such chart is in the tree",
        "Write one of " + known);
  }

  private void checkLabel(Release release, List<Problem> problems) {
    String label = release.document().text("/metadata/labels/chart");
    if (label.isEmpty() || !label.equals(release.chart())) {
      problems.add(
          problem(
              release,
              "/metadata/labels/chart",
              "the label chart is \""
                  + label
                  + "\", and spec.chart.spec.chart is \""
                  + release.document().text(CHART)
                  + "\"",
              "Make them agree: chart: NAME and chart: ./charts/NAME"));
    }
  }

  private Problem problem(Release release, String pointer, String message, String fix) {
    return Problem.error(name(), release.file(), release.document().lineOf(pointer), message, fix);
  }
}
