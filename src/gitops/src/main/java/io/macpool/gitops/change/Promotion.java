package io.macpool.gitops.change;

import io.macpool.gitops.check.rule.RunHistory;
import io.macpool.gitops.check.rule.RunHistory.Ran;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Image;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Carries the image and the chart of a release from one environment to a release in another, and
 * nothing else: values stay each environment's own.
 */
public final class Promotion {

  private static final Pattern RELEASED = Pattern.compile("v?[0-9]+\\.[0-9]+\\.[0-9]+");

  private Promotion() {}

  /**
   * What to carry.
   *
   * @param release the target's name
   * @param like the source's name, where the first environment has none of that name
   * @param version the released version that the image bears in the target; empty: the source's tag
   * @param digest an earlier image of the source; empty: the one that it runs now
   */
  public record Order(
      String release,
      Optional<String> like,
      String from,
      String to,
      Optional<String> version,
      Optional<String> digest) {}

  /**
   * The tree as it would be. An environment that keeps copies of its charts gets one of the
   * source's chart beside those that its other releases still use, so releases move one by one.
   *
   * @throws TreeException with the reason when the promotion is refused
   */
  public static TreeChange plan(TreeChange so, RunHistory history, Order order) {
    DeployTree tree = so.tree();
    Release target = release(tree, order.to(), order.release());
    Release source = source(tree, order, target);
    Image image = source.image();
    String digest = order.digest().orElse(image.digest());
    checkRan(tree, history, order, digest);
    String tag = order.version().orElse(image.tag());
    Environment to = environment(tree, order.to());
    if (!to.isStaging() && !RELEASED.matcher(tag).matches()) {
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
    Chart chart =
        tree.chart(source)
            .orElseThrow(
                () -> new TreeException(source.file().path() + " names no chart of the tree"));
    boolean pinned = tree.chart(target).map(Chart::isPinned).orElse(!to.isStaging());
    return pinned
        ? ChartPin.set(so, to.name(), file, chart)
        : so.with(to.name(), ScalarEdit.set(file, ChartPin.VERSION, chart.version()));
  }

  private static Release source(DeployTree tree, Order order, Release target) {
    Environment from = environment(tree, order.from());
    String name = order.like().orElse(order.release());
    Optional<Release> source = from.release(name);
    if (source.isEmpty()) {
      String others =
          from.releases().stream()
              .filter(other -> other.chart().equals(target.chart()))
              .map(Release::name)
              .collect(Collectors.joining(", "));
      throw new TreeException(
          "no release "
              + name
              + " in "
              + from.name()
              + (others.isEmpty()
                  ? ", nor another of " + target.chart()
                  : ": name one of the same chart there by --like: " + others));
    }
    if (!source.get().chart().equals(target.chart())) {
      throw new TreeException(
          name + " is a release of " + source.get().chart() + ", not of " + target.chart());
    }
    return source.get();
  }

  private static void checkRan(DeployTree tree, RunHistory history, Order order, String digest) {
    if (digest.isEmpty()) {
      throw new TreeException(
          order.like().orElse(order.release())
              + " in "
              + order.from()
              + " names no image.digest, so nobody can tell"
              + " what ran there: pin it first");
    }
    Ran ran = history.of(environment(tree, order.from()));
    if (ran instanceof Ran.Unknown unknown) {
      throw new TreeException(unknown.why() + ": " + unknown.fix());
    }
    if (ran instanceof Ran.Known known && !known.digests().contains(digest)) {
      throw new TreeException(
          order.from()
              + " has never run "
              + digest
              + " by what is committed to its branch: commit, push, and let it run there first");
    }
  }

  private static Environment environment(DeployTree tree, String name) {
    return tree.environment(name)
        .orElseThrow(() -> new TreeException("no environment " + name + " in releases/"));
  }

  private static Release release(DeployTree tree, String environment, String name) {
    return environment(tree, environment)
        .release(name)
        .orElseThrow(() -> new TreeException("no release " + name + " in " + environment));
  }
}
