package io.macpool.gitops.check;

import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Image;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Production runs what staging has run. Versions are compared by digest: a tag can be given twice,
 * and the released version and the build that became it have different tags.
 */
final class StagingFirst implements Rule {

  private static final String DIGEST = "/spec/values/image/digest";

  @Override
  public String name() {
    return "staging-first";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      if (!environment.isStaging()) {
        staging(inspection, environment)
            .ifPresent(staging -> compare(inspection, environment, staging, problems));
      }
    }
    return problems;
  }

  /** The staging environment of the same site: {@code macstadium} of {@code macstadium-prod-1}. */
  private static Optional<Environment> staging(Inspection inspection, Environment environment) {
    String site = environment.name().split("-", 2)[0];
    return inspection.tree().environment(site + "-staging");
  }

  private void compare(
      Inspection inspection, Environment production, Environment staging, List<Problem> problems) {
    Set<String> ran = new HashSet<>();
    staging.releases().forEach(release -> ran.add(release.image().digest()));
    Optional<Set<String>> history = inspection.history().digests(staging.name());
    history.ifPresent(ran::addAll);
    for (Release release : production.releases()) {
      Image image = release.image();
      if (image.digest().isEmpty() || ran.contains(image.digest())) {
        continue;
      }
      int line = release.document().lineOf(DIGEST);
      String message = image.repository() + ":" + image.tag() + " has not run in " + staging.name();
      problems.add(
          history.isPresent()
              ? Problem.error(
                  name(),
                  release.file(),
                  line,
                  message,
                  "Let staging run it first, then: gitops promote "
                      + release.name()
                      + " --from "
                      + staging.name()
                      + " --to "
                      + production.name())
              : Problem.warning(
                  name(),
                  release.file(),
                  line,
                  message + " now, and whether it did before is unknown without Git's history",
                  "Check in a full clone"));
    }
  }
}
