package io.macpool.gitops.check;

import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    for (Release release : inspection.releases()) {
      checkLabel(release, problems);
      Optional<Chart> chart = inspection.tree().chart(release.chart());
      if (chart.isEmpty()) {
        String known =
            String.join(", ", inspection.tree().charts().keySet().stream().sorted().toList());
        problems.add(
            problem(
                release,
                CHART,
                "spec.chart.spec.chart is \""
                    + release.document().text(CHART)
                    + "\", and no such chart is in the tree",
                "Write ./charts/ and one of " + known));
      } else if (!release.document().text(VERSION).equals(chart.get().version())) {
        problems.add(
            problem(
                release,
                VERSION,
                "spec.chart.spec.version is \""
                    + release.document().text(VERSION)
                    + "\", and charts/"
                    + release.chart()
                    + " is "
                    + chart.get().version(),
                "Write version: " + chart.get().version() + " once this environment is to run it"));
      }
    }
    return problems;
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
