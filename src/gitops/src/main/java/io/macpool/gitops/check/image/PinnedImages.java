package io.macpool.gitops.check.image;

import io.macpool.gitops.check.rule.Inspection;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.check.rule.Rendering;
import io.macpool.gitops.check.rule.Rule;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Environment.Located;
import io.macpool.gitops.tree.Image;
import io.macpool.gitops.tree.ObjectImages;
import io.macpool.gitops.tree.ObjectImages.Found;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/** An image that can change under its name makes what runs differ from what is in Git. */
public final class PinnedImages implements Rule {

  private static final String IMAGE = "/spec/values/image";
  static final Pattern RELEASED = Pattern.compile("v?[0-9]+\\.[0-9]+\\.[0-9]+");

  /** As image automation sorts them; or as {@code git describe} names a commit after a version. */
  static final Pattern BUILD =
      Pattern.compile(
          "main-[0-9]{14}-[0-9a-f]{7,40}|v?[0-9]+\\.[0-9]+\\.[0-9]+-[0-9]+-g[0-9a-f]{7,40}");

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  @Override
  public String name() {
    return "pinned-images";
  }

  @Override
  public List<Problem> check(Inspection inspection) {
    List<Problem> problems = new ArrayList<>();
    for (Environment environment : inspection.tree().environments()) {
      environment.releases().forEach(release -> checkRelease(environment, release, problems));
      for (Located at : environment.documents()) {
        checkObject(
            at.document(), at.file(), found -> at.document().lineOf(found.pointer()), problems);
      }
      for (Rendering rendering : inspection.renderings(environment)) {
        Release release = rendering.release();
        int line = release.document().lineOf(IMAGE);
        for (YamlDocument object : rendering.objects()) {
          checkObject(object, release.file(), found -> line, problems);
        }
      }
    }
    return problems;
  }

  private void checkRelease(Environment environment, Release release, List<Problem> problems) {
    Image image = release.image();
    if (image.repository().isEmpty()) {
      problems.add(
          problem(
              release,
              IMAGE + "/repository",
              "image.repository is missing",
              "Write the image's name, so that a chart's new default cannot change it"));
    }
    boolean released = RELEASED.matcher(image.tag()).matches();
    if (!released && !(environment.isStaging() && BUILD.matcher(image.tag()).matches())) {
      problems.add(
          problem(
              release,
              IMAGE + "/tag",
              "image.tag is \"" + image.tag() + "\"",
              environment.isStaging()
                  ? "Write a build such as main-20261120181500-2603e0d, or a version such as v1.0.0"
                  : "Write a released version such as v1.0.0"));
    }
    if (!DIGEST.matcher(image.digest()).matches()) {
      problems.add(
          problem(
              release,
              IMAGE + "/digest",
              image.digest().isEmpty()
                  ? "image.digest is missing"
                  : "image.digest is \"" + image.digest() + "\"",
              "Write the digest that the registry shows for the tag, sha256: and 64 hex digits"));
    }
  }

  private void checkObject(
      YamlDocument object, SourceFile file, ToIntFunction<Found> line, List<Problem> problems) {
    for (Found found : ObjectImages.of(object)) {
      if (found.digest().isEmpty()) {
        problems.add(
            Problem.error(
                name(),
                file,
                line.applyAsInt(found),
                object.kind()
                    + " "
                    + object.name()
                    + " runs \""
                    + found.reference()
                    + "\", which has no digest",
                "Write it behind the name, @sha256: and 64 hex digits; a chart takes"
                    + " image.digest"));
      }
    }
  }

  private Problem problem(Release release, String pointer, String message, String fix) {
    return Problem.error(name(), release.file(), release.document().lineOf(pointer), message, fix);
  }
}
