package io.macpool.gitops.check.image;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rendering;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.check.rule.RunHistory.Ran;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Image;
import io.macpool.gitops.tree.ObjectImages;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Production runs what staging has run, by what is committed to the branch that staging deploys:
 * the images of releases, and every other one that an object names, written or rendered. Versions
 * are compared by digest: a tag can be given twice, and the released version and the build that
 * became it have different tags.
 */
public final class StagingFirst implements Rule {

  private static final String DIGEST = "/spec/values/image/digest";

  @Override
  public String name() {
    return "staging-first";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    ExemptImages exempt = ExemptImages.read(inspection.tree());
    for (Environment environment : inspection.tree().environments()) {
      if (!environment.isStaging()) {
        staging(inspection, environment)
            .ifPresent(staging -> compare(inspection, environment, staging, exempt, problems));
      }
    }
    problems.addAll(exempt.problems(name(), inspection.releases()));
    return problems;
  }

  /** The staging environment of the same site: {@code macstadium} of {@code macstadium-prod-1}. */
  private static Optional<Environment> staging(Inspection inspection, Environment environment) {
    String site = environment.name().split("-", 2)[0];
    return inspection.tree().environment(site + "-staging");
  }

  /**
   * An image with a digest in production, and where it stands.
   *
   * @param release whose image it is; null: it is an object's own
   */
  private record Use(
      @Nullable Release release, SourceFile file, int line, String what, String reference) {

    String digest() {
      return reference.substring(reference.indexOf('@') + 1);
    }
  }

  private void compare(
      Inspection inspection,
      Environment production,
      Environment staging,
      ExemptImages exempt,
      List<Problem> problems) {
    List<Use> uses = uses(inspection, production);
    if (uses.isEmpty()) {
      return;
    }
    Use first = uses.get(0);
    Ran ran = inspection.history().of(staging);
    if (ran instanceof Ran.Unknown unknown) {
      // Once, and as an error: a gate that cannot see is closed.
      problems.add(Problem.error(name(), first.file(), first.line(), unknown.why(), unknown.fix()));
    } else if (ran instanceof Ran.Known known) {
      known.doubt().ifPresent(doubt -> problems.add(doubtful(staging, first, doubt)));
      List<Use> others =
          uses.stream()
              .filter(use -> !known.digests().contains(use.digest()))
              .filter(use -> use.release() != null || !exempt.has(use.reference()))
              .toList();
      Set<String> objects =
          others.stream()
              .filter(use -> use.release() == null)
              .map(Use::digest)
              .collect(Collectors.toSet());
      Set<String> rendered =
          objects.isEmpty() ? Set.of() : inspection.history().rendered(staging, objects);
      others.stream()
          .filter(use -> use.release() != null || !rendered.contains(use.digest()))
          .forEach(use -> problems.add(notRun(use, staging, production)));
    }
  }

  /** Those of releases, then those of objects that name another image than their release does. */
  private static List<Use> uses(Inspection inspection, Environment environment) {
    List<Use> uses = new ArrayList<>();
    Set<String> releases = new HashSet<>();
    for (Release release : environment.releases()) {
      Image image = release.image();
      if (!image.digest().isEmpty()) {
        releases.add(image.digest());
        String reference = image.repository() + ":" + image.tag() + "@" + image.digest();
        int line = release.document().lineOf(DIGEST);
        uses.add(new Use(release, release.file(), line, "", reference));
      }
    }
    for (Located at : environment.documents()) {
      for (ObjectImages.Found found : ObjectImages.of(at.document())) {
        int line = at.document().lineOf(found.pointer());
        String what = at.document().kind() + " " + at.document().name();
        uses.add(new Use(null, at.file(), line, what, found.reference()));
      }
    }
    for (Rendering rendering : inspection.renderings(environment)) {
      Release release = rendering.release();
      int line = release.document().lineOf("/spec/chart/spec/chart");
      for (YamlDocument object : rendering.objects()) {
        for (ObjectImages.Found found : ObjectImages.of(object)) {
          String what = "the rendered " + object.kind() + " " + object.name();
          uses.add(new Use(null, release.file(), line, what, found.reference()));
        }
      }
    }
    // Those without a digest are refused by pinned-images.
    return uses.stream()
        .filter(use -> use.reference().contains("@"))
        .filter(use -> use.release() != null || !releases.contains(use.digest()))
        .toList();
  }

  private Problem doubtful(Environment staging, Use use, String doubt) {
    return Problem.warning(
        name(), use.file(), use.line(), doubt, "Fetch it: git fetch origin " + staging.branch());
  }

  private Problem notRun(Use use, Environment staging, Environment production) {
    if (use.release() == null) {
      return Problem.error(
          name(),
          use.file(),
          use.line(),
          use.what() + " runs " + use.reference() + ", which has not run in " + staging.name(),
          "Let staging run it first, or if it is not ours, name it with the reason in "
              + ExemptImages.FILE);
    }
    Image image = use.release().image();
    return Problem.error(
        name(),
        use.file(),
        use.line(),
        image.repository() + ":" + image.tag() + " has not run in " + staging.name(),
        "Let staging run it first, then: gitops promote "
            + use.release().name()
            + " --from "
            + staging.name()
            + " --to "
            + production.name());
  }
}
