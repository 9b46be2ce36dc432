package io.macpool.gitops.check;

import io.macpool.gitops.check.RunHistory.Ran;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Image;
import io.macpool.gitops.tree.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Production runs what staging has run, by what is committed to the branch that staging deploys.
 * Versions are compared by digest: a tag can be given twice, and the released version and the build
 * that became it have different tags.
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
    List<Release> releases =
        production.releases().stream()
            .filter(release -> !release.image().digest().isEmpty())
            .toList();
    if (releases.isEmpty()) {
      return;
    }
    Ran ran = inspection.history().of(staging);
    if (ran instanceof Ran.Unknown unknown) {
      // Once, and as an error: a gate that cannot see is closed.
      problems.add(
          Problem.error(
              name(),
              releases.get(0).file(),
              releases.get(0).document().lineOf(DIGEST),
              unknown.why(),
              unknown.fix()));
    } else if (ran instanceof Ran.Known known) {
      known.doubt().ifPresent(doubt -> problems.add(doubtful(staging, releases.get(0), doubt)));
      releases.stream()
          .filter(release -> !known.digests().contains(release.image().digest()))
          .forEach(release -> problems.add(notRun(release, staging, production)));
    }
  }

  private Problem doubtful(Environment staging, Release release, String doubt) {
    return Problem.warning(
        name(),
        release.file(),
        release.document().lineOf(DIGEST),
        doubt,
        "Fetch it: git fetch origin " + staging.branch());
  }

  private Problem notRun(Release release, Environment staging, Environment production) {
    Image image = release.image();
    return Problem.error(
        name(),
        release.file(),
        release.document().lineOf(DIGEST),
        image.repository() + ":" + image.tag() + " has not run in " + staging.name(),
        "Let staging run it first, then: gitops promote "
            + release.name()
            + " --from "
            + staging.name()
            + " --to "
            + production.name());
  }
}
