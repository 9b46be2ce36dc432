package io.macpool.gitops.change;

import io.macpool.gitops.check.RunHistory;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Image;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Carries the image and the chart version of a release from one environment to the release of the
 * same name in another, and nothing else: values stay each environment's own.
 */
public final class Promotion {

  private static final Pattern RELEASED = Pattern.compile("v?[0-9]+\\.[0-9]+\\.[0-9]+");

  private Promotion() {}

  /**
   * What to carry.
   *
   * @param version the released version that the image bears in the target; empty: the source's tag
   * @param digest an earlier image of the source; empty: the one that it runs now
   */
  public record Order(
      String release, String from, String to, Optional<String> version, Optional<String> digest) {}

  /**
   * The target's file as it would be.
   *
   * @throws TreeException with the reason when the promotion is refused
   */
  public static SourceFile plan(DeployTree tree, RunHistory history, Order order) {
    Release source = release(tree, order.from(), order.release());
    Release target = release(tree, order.to(), order.release());
    Image image = source.image();
    String digest = order.digest().orElse(image.digest());
    checkRan(history, order, digest);
    String tag = order.version().orElse(image.tag());
    boolean staging = tree.environment(order.to()).map(Environment::isStaging).orElse(false);
    if (!staging && !RELEASED.matcher(tag).matches()) {
      throw new TreeException(
          order.to()
              + " runs released versions only, and "
              + order.from()
              + " runs "
              + tag
              + ": name the version that its image bears, with --as v1.2.3");
    }
    SourceFile file = target.file();
    file = ScalarEdit.set(file, "/spec/values/image/repository", image.repository());
    file = ScalarEdit.set(file, "/spec/values/image/tag", tag);
    file = ScalarEdit.set(file, "/spec/values/image/digest", digest);
    return ScalarEdit.set(
        file, "/spec/chart/spec/version", source.document().text("/spec/chart/spec/version"));
  }

  private static void checkRan(RunHistory history, Order order, String digest) {
    if (digest.isEmpty()) {
      throw new TreeException(
          order.release()
              + " in "
              + order.from()
              + " names no image.digest, so nobody can tell"
              + " what ran there: pin it first");
    }
    Optional<Set<String>> ran = history.digests(order.from());
    if (ran.isEmpty()) {
      throw new TreeException(
          "Git's history is not here in full, so whether "
              + order.from()
              + " ran "
              + digest
              + " is unknown: run this in a full clone");
    }
    if (!ran.get().contains(digest)) {
      throw new TreeException(
          order.from()
              + " has never run "
              + digest
              + " by what is committed: commit, push, and"
              + " let it run there first");
    }
  }

  private static Release release(DeployTree tree, String environment, String name) {
    return tree.environment(environment)
        .orElseThrow(() -> new TreeException("no environment " + environment + " in releases/"))
        .release(name)
        .orElseThrow(() -> new TreeException("no release " + name + " in " + environment));
  }
}
