package io.macpool.gitops.check;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One release a file, and one name for file, object and Helm release: what you see is what runs.
 */
final class ReleaseName implements Rule {

  @Override
  public String name() {
    return "release-name";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Release release : inspection.releases()) {
      checkNames(release, problems);
      Optional<Chart> chart = inspection.tree().chart(release);
      if (chart.isPresent() && !chart.get().mayBeNamed(release.name())) {
        String stem = chart.get().releaseName();
        problems.add(
            Problem.error(
                name(),
                release.file(),
                release.document().lineOf("/metadata/name"),
                "a release of " + chart.get().name() + " is named \"" + release.name() + "\"",
                "Name it "
                    + stem
                    + ", or "
                    + stem
                    + "- and what sets it apart, such as "
                    + stem
                    + "-org"));
      }
    }
    for (Environment environment : inspection.tree().environments()) {
      environment.files().stream()
          .filter(
              file ->
                  file.documents().size() > 1
                      && file.documents().stream().anyMatch(d -> d.kind().equals(Release.KIND)))
          .forEach(
              file ->
                  problems.add(
                      Problem.error(
                          name(),
                          file,
                          file.documents().get(1).lineOf(""),
                          "the file holds more than its release",
                          "Give each release, and each other object, a file of its own")));
    }
    return problems;
  }

  private void checkNames(Release release, List<Problem> problems) {
    String file = release.file().stem();
    if (!release.name().equals(file)) {
      problems.add(
          Problem.error(
              name(),
              release.file(),
              release.document().lineOf("/metadata/name"),
              "metadata.name is \"" + release.name() + "\" in the file " + file + ".yaml",
              "Write name: " + file + ", or rename the file"));
    }
    String releaseName = release.document().text("/spec/releaseName");
    if (!releaseName.equals(file)) {
      problems.add(
          Problem.error(
              name(),
              release.file(),
              release.document().lineOf("/spec/releaseName"),
              "spec.releaseName is \"" + releaseName + "\" in the file " + file + ".yaml",
              "Write releaseName: " + file));
    }
  }
}
